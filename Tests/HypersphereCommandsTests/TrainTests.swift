import Datasets
import Foundation
import Synchronization
import Testing
import Torch

/// What a training that goes well writes and says.
struct TrainTests {
    /// Two trainings that begin at once both find the same number free.
    @Test func trainingsBegunAtOnceHaveFoldersOfTheirOwn() throws {
        try Program.inScratchFolder { program in
            let words = ["train"] + TinyRun.words + ["epochs=1", "--quiet"]
            let both = try [program.start(words), program.start(words)]
            for one in both {
                let result = try one.wait()
                #expect(result.status == 0, "\(result.stderr)")
            }
            for number in 1...2 { #expect(program.exists("runs/strokes-center-\(number)/model.safetensors")) }
        }
    }

    @Test func theFolderHoldsEverything() throws {
        let program = try TinyRun.finished.get()
        let run = TinyRun.folder
        let names = try FileManager.default.subpathsOfDirectory(atPath: program.path(run))
        let expected = [
            "checkpoints/best.safetensors", "checkpoints/last.safetensors", "environment.json",
            "features/epoch-001.safetensors", "features/epoch-002.safetensors", "features/test-counts.safetensors",
            "figures/confusions.png", "figures/confusions.svg", "figures/curves.png", "figures/curves.svg",
            "figures/features-epoch-001.png", "figures/features-epoch-002.png", "figures/similarities.png",
            "figures/similarities.svg", "metrics.jsonl", "model.safetensors", "recipe.yaml", "report.html",
            "results.csv",
        ]
        let events = names.filter { $0.hasPrefix("events.out.tfevents.") }
        #expect(events.count == 1)
        let folders = ["checkpoints", "features", "figures"]
        #expect(names.filter { !folders.contains($0) }.sorted() == (expected + events).sorted())
        for name in expected + events {
            #expect(try !program.data("\(run)/\(name)").isEmpty, "\(name)")
        }
        for name in expected where name.hasSuffix(".png") {
            let signature = try program.data("\(run)/\(name)").prefix(8)
            #expect(Array(signature) == [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A], "\(name)")
        }
    }

    @Test func environmentNamesWhatTheRunDependedOn() throws {
        let program = try TinyRun.finished.get()
        let environment = try #require(
            JSONSerialization.jsonObject(with: program.data("\(TinyRun.folder)/environment.json")) as? [String: Any])
        for name in ["hypersphere", "libtorch", "system", "processor", "capability", "device", "precision", "layout"] {
            #expect((environment[name] as? String)?.isEmpty == false, "\(name)")
        }
        #expect(environment["threads"] as? Int == 1)
        #expect(environment["command"] as? [String] == [Program.path, "train"] + TinyRun.words)
        let data = try #require(environment["data"] as? [String: String])
        #expect(data["strokes-digits/test"] == TinyRun.testImages.fingerprint)
        #expect(data.values.allSatisfy { $0.count == 64 })
    }

    @Test func theTablesAgree() throws {
        let program = try TinyRun.finished.get()
        let lines = try program.text("\(TinyRun.folder)/metrics.jsonl").split(separator: "\n")
        let rows = try program.text("\(TinyRun.folder)/results.csv").split(separator: "\n")
            .map { $0.split(separator: ",") }
        #expect(lines.count == 2 && rows.count == 3)
        #expect(
            rows[0].joined(separator: ",")
                == "epoch,train_loss,train_accuracy,train_F1,test_loss,test_accuracy,test_F1,learning_rate,images/s,seconds"
        )
        let keys = [
            "epoch", "trainLoss", "trainAccuracy", "trainF1", "testLoss", "testAccuracy", "testF1", "learningRate",
            "imagesPerSecond", "seconds",
        ]
        for (line, row) in zip(lines, rows.dropFirst()) {
            let values = try JSONDecoder().decode([String: Double].self, from: Data(line.utf8))
            #expect(Set(values.keys) == Set(keys))
            #expect(keys.map { values[$0] } == row.map { Double($0) })
            for share in ["trainAccuracy", "trainF1", "testAccuracy", "testF1"] {
                #expect((0...1).contains(values[share] ?? -1), "\(share)")
            }
        }
        #expect(rows[1][0] == "1" && rows[2][0] == "2")
    }

    @Test func theReportIsOnePageWithEverything() throws {
        let program = try TinyRun.finished.get()
        let report = try program.text("\(TinyRun.folder)/report.html")
        #expect(report.hasPrefix("<!DOCTYPE html>") || report.hasPrefix("<!doctype html>"))
        #expect(report.contains("strokes-center") && report.contains("data:image/png;base64,"))
        for heading in ["<h3>Confusions</h3>", "<h3>Similarities of pairs</h3>", "id=\"features\""] {
            #expect(report.contains(heading), "\(heading)")
        }
        for reference in ["src=\"http", "href=\"http", "url(http", "@import"] {
            #expect(!report.contains(reference), "\(reference)")
        }
    }

    /// What the pictures are drawn from agrees with the accuracy that was measured on its own.
    @Test func theCountsOfTheTestSetAgreeWithItsAccuracy() throws {
        let program = try TinyRun.finished.get()
        let counts = try SafetensorsFile(path: program.path("\(TinyRun.folder)/features/test-counts.safetensors"))
        let confusions: [Int64] = try counts.tensor("confusions").array()
        #expect(confusions.count == 100)
        let labels = (0..<10).map { confusions[10 * $0..<10 * $0 + 10].reduce(0, +) }
        #expect(labels == (0..<10).map { label in Int64(TinyRun.testImages.labels.count { Int($0) == label }) })
        let last = try #require(program.text("\(TinyRun.folder)/metrics.jsonl").split(separator: "\n").last)
        let accuracy = try JSONDecoder().decode([String: Double].self, from: Data(last.utf8))["testAccuracy"]
        #expect(Double((0..<10).map { confusions[11 * $0] }.reduce(0, +)) / 32 == accuracy)
        // All pairs of 32 images: 32 * 31 / 2; of one class: n * (n - 1) / 2 for each.
        let same: [Int64] = try counts.tensor("same").array()
        let different: [Int64] = try counts.tensor("different").array()
        #expect(same.reduce(0, +) == labels.reduce(0) { $0 + $1 * ($1 - 1) / 2 })
        #expect((same + different).reduce(0, +) == 496)
    }

    @Test func theOutputIsATableOf80Columns() throws {
        _ = try TinyRun.finished.get()
        let result = try #require(TinyRun.finishedOutput.withLock { $0 })
        #expect(result.stderr.isEmpty, "\(result.stderr)")
        for line in result.lines { #expect(line.count <= 80, "\(line)") }
        #expect(!result.stdout.contains("\u{1B}"))
        let header = try #require(result.lines.firstIndex { $0.hasPrefix("  epoch      loss") })
        #expect(result.lines[header + 1].hasPrefix("    1/2"))
        #expect(result.lines[header + 2].hasPrefix("    2/2"))
        #expect(result.lines[header + 1].count == result.lines[header].count)
        #expect(result.stdout.contains(", 1 thread\n"))
        #expect(result.stdout.contains("\(TinyRun.folder)/report.html"))
    }

    /// The recipe of a run, as it was written, gives the same numbers and the same model; names count up.
    @Test func theWrittenRecipeRunsAgain() throws {
        try TinyRun.withCopy { program in
            let result = try program.run("train", "\(TinyRun.folder)/recipe.yaml", "--quiet")
            #expect(result.status == 0 && result.stderr.isEmpty, "\(result.stderr)")
            #expect(result.lines.count == 2)
            #expect(result.lines[0].contains(" % of the test images are right after 2 epochs"))
            let second = "runs/strokes-center-2"
            #expect(try program.metrics(of: second) == program.metrics())
            for name in ["recipe.yaml", "model.safetensors", "features/epoch-002.safetensors"] {
                #expect(try program.data("\(second)/\(name)") == program.data("\(TinyRun.folder)/\(name)"), "\(name)")
            }
        }
    }

    @Test func anotherSeedGivesOtherNumbersAndEveryLineIsJSON() throws {
        try Program.inScratchFolder { program in
            let words = ["train"] + TinyRun.words + ["seed=1", "epochs=1", "--json", "--output", "elsewhere"]
            let result = try program.run(words)
            #expect(result.status == 0 && result.stderr.isEmpty, "\(result.stderr)")
            let lines = result.stdout.split(separator: "\n")
            #expect(lines.count == 1)
            for line in lines {
                #expect(throws: Never.self) { try JSONSerialization.jsonObject(with: Data(line.utf8)) }
            }
            #expect("\(lines[0])\n" == (try program.text("elsewhere/metrics.jsonl")))
            #expect(!program.exists("runs"))
            let other = try TinyRun.finished.get().metrics()
            #expect(try program.metrics(of: "elsewhere")[0]["trainLoss"] != other[0]["trainLoss"])
        }
    }

    @Test func aDryRunWritesNothing() throws {
        try Program.inScratchFolder { program in
            let result = try program.run(["train"] + TinyRun.words + ["threads=2", "--dry-run", "--threads", "1"])
            #expect(result.status == 0 && result.stderr.isEmpty, "\(result.stderr)")
            #expect(result.stdout.hasPrefix("name: strokes-center\n"))
            // The flag goes before the setting, and what is used stands in the recipe.
            #expect(result.stdout.contains("\nthreads: 1\n"))
            #expect(result.stdout.contains("nothing was written"))
            #expect(try program.contents().isEmpty)
            // What it prints is a recipe.
            try program.write(result.stdout, to: "printed.yaml")
            let again = try program.run("train", "printed.yaml", "--dry-run")
            #expect(again.status == 0)
            #expect(again.stdout == result.stdout)
        }
    }

    /// As in `hypersphere train ... | head -1`.
    @Test func aClosedOutputIsNoReasonToStop() throws {
        try Program.inScratchFolder { program in
            let words = ["train"] + TinyRun.words + ["data.train=16", "data.test=16", "epochs=1"]
            let result = try program.runInShell(#"{ "$@"; echo "status $?" >&2; } | true"#, words)
            #expect(result.stderr == "status 0\n")
            #expect(program.exists("\(TinyRun.folder)/report.html"))
        }
    }

    /// A set of files instead of a drawn one: its run goes on, and its model embeds.
    @Test func aRunOnFilesGoesOnAndEmbeds() throws {
        try Program.inScratchFolder { program in
            try FileManager.default.createDirectory(atPath: program.path("data"), withIntermediateDirectories: true)
            let images = IDXFile(shape: [32, 28, 28], elements: .bytes(TinyRun.testImages.pixels))
            let labels = IDXFile(shape: [32], elements: .bytes((0..<32).map { $0 % 10 }))
            for part in ["train", "t10k"] {
                try images.write(to: program.path("data/\(part)-images-idx3-ubyte"), compressed: false)
                try labels.write(to: program.path("data/\(part)-labels-idx1-ubyte.gz"), compressed: true)
            }
            let words = ["train", "mnist-center-fast", "epochs=1", "data.batch=16", "threads=1", "--quiet"]
            let run = "runs/mnist-center-fast-1"
            for words in [
                words, ["train", run, "--resume", "epochs=2", "--quiet"],
                ["embed", run, "data/t10k-images-idx3-ubyte", "-o", "out.npy", "--quiet"],
            ] {
                let result = try program.run(words)
                #expect(result.status == 0 && result.stderr.isEmpty, "\(result.stderr)")
            }
            #expect(try program.metrics(of: run).count == 2)
        }
    }

    private static let data = ProcessInfo.processInfo.environment["HYPERSPHERE_DATA"]

    @Test(.enabled(if: data != nil, "set HYPERSPHERE_DATA to the folder that contains mnist/"))
    func theRealMNISTTakesAStep() throws {
        let data = try #require(Self.data)
        try Program.inScratchFolder { program in
            for place in [data, "\(data)/mnist"] {
                let result = try program.run("train", "mnist-center", "--dry-run", "--data", place, "--threads", "1")
                #expect(result.status == 0 && result.stderr.isEmpty, "\(result.stderr)")
                #expect(result.stdout.contains("\n  set: mnist\n") && result.stdout.contains("# one step on "))
            }
        }
    }
}
