import Foundation
import Testing

/// Help, versions, and what is said to a command line that is none.
struct UsageTests {
    @Test(arguments: [
        ["train", "strokes-center", "--threads", "0"], ["train", "strokes-center", "--threads", "many"],
        ["train", "strokes-center", "--flag"], ["train"], ["trian"], ["embed", "model", "images"],
        ["embed", "model", "images", "-o", "out.txt"], ["embed", "model", "images", "-o", "out"],
        ["embed", "model", "images", "-o", "out.npy", "--batch", "0"],
        ["embed", "model", "images", "-o", "out.npy", "--precision", "fp8"], ["doctor", "epochs=3", "--flag"],
        ["weights"],
        ["doctor", "--threads", "-1"], ["doctor", "--data", "data"], ["loss", "plot"], ["loss", "plot", "softmax"],
        ["loss", "plot", "arcfac"], ["loss", "plot", "arcface", "vs"], ["loss", "plot", "vs", "arcface"],
        ["loss", "plot", "arcface", "margn=1"], ["loss", "plot", "arcface", "margin=28.6"],
        ["loss", "plot", "arcface", "margin=180deg"], ["loss", "plot", "arcface", "-o", "curve.gif"],
        ["train", "strokes-center", "--threads", "3000000000"], ["data", "check", "birds", "--threads", "0"],
        ["loss", "list", "arcfac"], ["evaluate", "retrieval"],
        ["evaluate", "retrieval", "model", "--embeddings", "x.npy"],
        ["evaluate", "retrieval", "model", "--labels", "l"],
        ["evaluate", "retrieval", "model", "--metric", "cosin"], ["evaluate", "retrieval", "model", "--k", "1,0"],
        ["evaluate", "retrieval", "model", "--gallery-labels", "l"],
        ["evaluate", "verification", "model", "--pairs", "p"], ["evaluate", "verification", "model", "--images", "p"],
        ["evaluate", "verification", "--embeddings", "x.npy", "--flip"],
        ["evaluate", "verification", "model", "--far", "2"],
        ["evaluate", "verification", "model", "--only-folds", "9"],
        ["evaluate", "verification", "model", "--thresholds", "observed"],
        ["evaluate", "verification", "model", "--folds", "5"], ["evaluate", "open-set", "model"],
        ["evaluate", "few-shot", "model", "--ways", "1"], ["evaluate", "few-shot", "model", "--metric", "dot"],
        ["calibrate", "model"], ["calibrate", "model", "data", "--far", "1"], ["identify", "model", "gallery"],
        ["identify", "model", "gallery", "a.jpg", "--labels", "y.npy"],
        ["identify", "model", "gallery", "a.jpg", "--metric", "dot"],
        ["identify", "model", "gallery", "a.jpg", "--csv", "--json"],
        ["search", "model", "gallery"], ["search", "model", "gallery", "a.jpg", "--nearest", "0"],
        ["search", "model", "gallery", "a.jpg", "--labels", "y.npy"],
        ["search", "model", "gallery", "a.jpg", "--gallery-images", "gallery"],
    ])
    func isRefused(words: [String]) throws {
        try Program.inScratchFolder { program in
            let result = try program.run(words)
            #expect(result.status == 2, "\(result.stderr)")
            #expect(result.stdout.isEmpty)
            #expect(result.stderr.hasPrefix("Error: "), "\(result.stderr)")
            #expect((3...6).contains(result.errorLines.count), "\(result.stderr)")
            #expect(result.stderr.contains("Usage: hypersphere") && result.stderr.contains("--help"))
            #expect(try program.contents().isEmpty)
        }
    }

    @Test(arguments: [
        [], ["train"], ["embed"], ["doctor"], ["loss"], ["loss", "list"], ["loss", "plot"],
        ["evaluate"], ["evaluate", "retrieval"], ["evaluate", "verification"], ["evaluate", "open-set"],
        ["evaluate", "templates"], ["evaluate", "few-shot"], ["calibrate"], ["identify"], ["search"], ["compare"],
        ["project"],
        ["align"], ["weights"], ["data", "check"], ["data", "pack"],
    ])
    func helpHasAnExample(command: [String]) throws {
        try Program.inScratchFolder { program in
            let result = try program.run(command + ["--help"])
            #expect(result.status == 0 && result.stderr.isEmpty)
            #expect(
                result.stdout.contains("\n  hypersphere \(command.isEmpty ? "train" : command.joined(separator: " "))"),
                "\(result.stdout)")
            for line in result.lines { #expect(line.count <= 80, "\(line)") }
        }
    }

    /// A result that nobody gets is a failure; one that its reader has enough of is not.
    @Test(arguments: [["loss", "list"], ["--help"], ["data", "list", "--json"]])
    func aFullDiskIsTold(words: [String]) throws {
        try Program.inScratchFolder { program in
            let full = try program.runInShell(#""$@" > /dev/full"#, words)
            #expect(full.status == 1 && full.stderr.hasPrefix("error: standard output: no room left"), "\(full.stderr)")
            let cut = try program.runInShell(#"("$@"; echo "status $?" >&2) | true"#, words)
            #expect(cut.stderr == "status 0\n", "\(cut.stderr)")
        }
    }

    @Test func noCommandIsHelp() throws {
        try Program.inScratchFolder { program in
            let result = try program.run()
            #expect(result.status == 0 && result.stdout.contains("SUBCOMMANDS:"))
        }
    }

    @Test func theVersionsAreOneLine() throws {
        try Program.inScratchFolder { program in
            let result = try program.run("--version")
            #expect(result.status == 0 && result.stderr.isEmpty)
            let line = /hypersphere \d+\.\d+\.\d+, libtorch \d+\.\d+\.\d+\n/
            #expect(result.stdout.wholeMatch(of: line) != nil, "\(result.stdout)")
        }
    }
}
