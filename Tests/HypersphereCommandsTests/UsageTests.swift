import Foundation
import Testing

/// Help, versions, and what is said to a command line that is none.
struct UsageTests {
    @Test(arguments: [
        ["train", "strokes-center", "--threads", "0"], ["train", "strokes-center", "--threads", "many"],
        ["train", "strokes-center", "--flag"], ["train"], ["trian"], ["embed", "model", "images"],
        ["embed", "model", "images", "-o", "out.txt"], ["embed", "model", "images", "-o", "out"],
        ["embed", "model", "images", "-o", "out.npy", "--batch", "0"],
        ["embed", "model", "images", "-o", "out.npy", "--precision", "fp8"], ["doctor", "strokes-center"], ["weights"],
        ["doctor", "--threads", "-1"],
    ])
    func isRefused(words: [String]) throws {
        try Program.inScratchFolder { program in
            let result = try program.run(words)
            #expect(result.status == 2, "\(result.stderr)")
            #expect(result.stdout.isEmpty)
            #expect(result.stderr.hasPrefix("Error: "), "\(result.stderr)")
            #expect((3...5).contains(result.errorLines.count), "\(result.stderr)")
            #expect(result.stderr.contains("Usage: hypersphere") && result.stderr.contains("--help"))
            #expect(try program.contents().isEmpty)
        }
    }

    @Test(arguments: [[], ["train"], ["embed"], ["weights"], ["doctor"]])
    func helpHasAnExample(command: [String]) throws {
        try Program.inScratchFolder { program in
            let result = try program.run(command + ["--help"])
            #expect(result.status == 0 && result.stderr.isEmpty)
            #expect(result.stdout.contains("\n  hypersphere \(command.first ?? "train")"), "\(result.stdout)")
            for line in result.lines where !line.hasPrefix("USAGE:") { #expect(line.count <= 80, "\(line)") }
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
