import Foundation
import TestSupport
import Testing
import Torch

/// A training that was ended in any way goes on and comes to the numbers of one that never was.
struct ResumeTests {
    /// Two epochs of which each takes seconds, so that there is a middle to end it in.
    private static let words = [
        "strokes-center", "data.train=256", "data.test=32", "data.batch=16", "epochs=2", "threads=1",
    ]

    private static let uninterrupted = Result { () throws -> ([[String: Double]], model: Data) in
        try Program.inScratchFolder { program in
            let result = try program.run(["train"] + words)
            #expect(result.status == 0, "\(result.stderr)")
            return (try program.metrics(), try program.data("\(TinyRun.folder)/model.safetensors"))
        }
    }

    private func expectUninterrupted(
        _ program: Program, folder: String = TinyRun.folder, sourceLocation: SourceLocation = #_sourceLocation
    ) throws {
        let (metrics, model) = try Self.uninterrupted.get()
        #expect(try program.metrics(of: folder) == metrics, sourceLocation: sourceLocation)
        #expect(try program.data("\(folder)/model.safetensors") == model, sourceLocation: sourceLocation)
        let names = try FileManager.default.subpathsOfDirectory(atPath: program.folder)
        #expect(!names.contains { $0.hasSuffix(".partial") }, sourceLocation: sourceLocation)
    }

    @Test func afterAKill() throws {
        try Program.inScratchFolder { program in
            let running = try program.startIntoSecondEpoch(Self.words)
            running.send(SIGKILL)
            #expect(try running.wait().status == -SIGKILL)
            #expect(try program.metrics().count == 1 && !program.exists("\(TinyRun.folder)/model.safetensors"))

            let result = try program.run("train", TinyRun.folder, "--resume")
            #expect(result.status == 0 && result.stderr.isEmpty, "\(result.stderr)")
            #expect(result.stdout.contains("going on after epoch 1"))
            try expectUninterrupted(program)
        }
    }

    @Test(.noLeaks) func afterAnInterruption() throws {
        try Program.inScratchFolder { program in
            let folder = "Ann's runs/first"
            let running = try program.startIntoSecondEpoch(
                Self.words + ["--output", folder, "--threads", "1"], folder: folder)
            running.send(SIGINT)
            let stopped = try running.wait()
            #expect(stopped.status == 130)
            let said = #"stopped; go on with: hypersphere train 'Ann'\''s runs/first' --resume"#
            #expect(stopped.stderr == "\(said)\n")
            let checkpoint = try SafetensorsFile(path: program.path("\(folder)/checkpoints/last.safetensors"))
            #expect((1..<16).contains(try checkpoint.tensor("progress.batches").item()))
            #expect(try program.metrics(of: folder).count == 1)

            let other = try program.run("train", folder, "--resume", "data.batch=32")
            expectOneLine(other, ["\(folder)/checkpoints/last.safetensors: progress: ", "leave data.batch"])

            // What it said, with the program's place.
            let command = said.drop { $0 != ":" }.dropFirst(2).dropFirst("hypersphere".count)
            let result = try program.runInShell(#""$@""# + command, [])
            #expect(result.status == 0 && result.stderr.isEmpty, "\(result.stderr)")
            try expectUninterrupted(program, folder: folder)
        }
    }

    @Test func afterTwoInterruptions() throws {
        try Program.inScratchFolder { program in
            let running = try program.startIntoSecondEpoch(Self.words)
            running.send(SIGINT)
            Thread.sleep(forTimeInterval: 0.01)
            running.send(SIGINT)
            #expect(try running.wait().status == 130)
            // By the recipe's name, the latest run is meant.
            let result = try program.run("train", "strokes-center", "--resume")
            #expect(result.status == 0 && result.stderr.isEmpty, "\(result.stderr)")
            #expect(result.stdout.contains("writing to \(TinyRun.folder)\n"))
            try expectUninterrupted(program)
        }
    }

    /// A run killed before its first checkpoint begins anew.
    @Test func beforeAnyCheckpoint() throws {
        try TinyRun.withCopy { program in
            let metrics = try program.metrics()
            for name in ["checkpoints/last.safetensors", "checkpoints/best.safetensors", "metrics.jsonl"] {
                try FileManager.default.removeItem(atPath: program.path("\(TinyRun.folder)/\(name)"))
            }
            let result = try program.run("train", TinyRun.folder, "--resume")
            #expect(result.status == 0 && result.stderr.isEmpty, "\(result.stderr)")
            #expect(try program.metrics() == metrics)
        }
    }

    /// The weights that a recipe begins with are not lost with the first epoch.
    @Test func withWeightsBeforeAnyCheckpoint() throws {
        try TinyRun.withCopy { program in
            let words = ["epochs=1", "--weights", "\(TinyRun.folder)/model.safetensors", "--output", "runs/tuned"]
            #expect(try program.run(["train"] + TinyRun.words + words).status == 0)
            let metrics = try program.metrics(of: "runs/tuned")
            for name in ["checkpoints/last.safetensors", "checkpoints/best.safetensors", "metrics.jsonl"] {
                try FileManager.default.removeItem(atPath: program.path("runs/tuned/\(name)"))
            }
            let result = try program.run("train", "runs/tuned", "--resume")
            #expect(result.status == 0, "\(result.stderr)")
            #expect(try program.metrics(of: "runs/tuned") == metrics)
        }
    }

    @Test func aFinishedRunStaysAsItIs() throws {
        try TinyRun.withCopy { program in
            let calibrated = try program.run("calibrate", TinyRun.folder, "strokes", "--far", "0.05", "--quiet")
            #expect(calibrated.status == 0, "\(calibrated.stderr)")
            let before = try program.contents()
            let result = try program.run("train", TinyRun.folder, "--resume")
            #expect(result.status == 0 && result.stderr.isEmpty, "\(result.stderr)")
            let after = try program.contents()
            for (name, data) in before { #expect(after[name] == data, "\(name)") }
            #expect(Set(after.keys).subtracting(before.keys).allSatisfy { $0.contains("events.out.tfevents.") })
        }
    }

    /// More epochs than the run had are a training that goes on.
    @Test func aFinishedRunCanGoOnFurther() throws {
        try TinyRun.withCopy { program in
            let before = try program.metrics()
            let result = try program.run("train", TinyRun.folder, "epochs=3", "--resume", "--json")
            #expect(result.status == 0 && result.stderr.isEmpty, "\(result.stderr)")
            #expect(result.stdout.split(separator: "\n").count == 1)
            let after = try program.metrics()
            #expect(after.count == 3 && Array(after.prefix(2)) == before)
            #expect(try program.text("\(TinyRun.folder)/recipe.yaml").contains("\nepochs: 3\n"))
        }
    }

    /// What the weights were learnt for stays, and a run without epochs left is not rewritten.
    @Test(arguments: [
        ("optimizers[0].learningRate=0.5", ["recipe.yaml: epochs: ", "has all of 2", "epochs=3"]),
        ("epochs=1", ["recipe.yaml: epochs: ", "has all of 1"]),
        ("head={name: cosface}", ["recipe.yaml: head: ", "--weights"]),
        ("backbone.embedding=3", ["recipe.yaml: backbone: ", "--weights"]),
        ("data.mean=[0.9]", ["recipe.yaml: data.mean: ", "--weights"]),
        ("data.mirror=true", ["recipe.yaml: data.mirror: ", "--weights"]),
    ])
    func whatCannotChange(override: String, parts: [String]) throws {
        try TinyRun.withCopy { program in
            let before = try program.contents()
            expectOneLine(try program.run("train", TinyRun.folder, "--resume", override), parts)
            #expect(try program.contents() == before)
        }
    }

    @Test func otherImagesAreRefused() throws {
        try TinyRun.withCopy { program in
            let before = try program.data("\(TinyRun.folder)/checkpoints/last.safetensors")
            let result = try program.run("train", TinyRun.folder, "--resume", "epochs=3", "data.train=80")
            #expect(result.status == 1 && result.stderr.contains("the images are not those that"), "\(result.stderr)")
            #expect(result.stderr.split(separator: "\n").count == 1)
            #expect(try program.data("\(TinyRun.folder)/checkpoints/last.safetensors") == before)
        }
    }

    @Test func anotherSetIsRefused() throws {
        try TinyRun.withCopy { program in
            let result = try program.run("train", TinyRun.folder, "--resume", "epochs=3", "data.characters=letters")
            #expect(result.status == 1 && result.stderr.contains("the images are not those that"), "\(result.stderr)")
        }
    }

    @Test func anOutputBesideTheRunIsRefused() throws {
        try TinyRun.withCopy { program in
            let result = try program.run("train", TinyRun.folder, "--resume", "--output", "elsewhere")
            #expect(result.status == 1 && result.stderr.contains("leave --output out"), "\(result.stderr)")
            #expect(!program.exists("elsewhere"))
        }
    }

    @Test func nothingToResume() throws {
        try Program.inScratchFolder { program in
            expectOneLine(
                try program.run("train", "strokes-center", "--resume"), ["runs/strokes-center", "no run to resume"])
            expectOneLine(try program.run("train", "runs/none-1", "--resume"), ["runs/none-1", "does not exist"])
            #expect(try program.contents().isEmpty)
        }
    }

    enum Damage: String, CaseIterable {
        case truncated, headerLength, foreign, empty, progress
    }

    /// A damaged checkpoint is named, and nothing of the run is changed.
    @Test(arguments: Damage.allCases)
    func aDamagedCheckpoint(damage: Damage) throws {
        try TinyRun.withCopy { program in
            let name = "\(TinyRun.folder)/checkpoints/last.safetensors"
            switch damage {
            case .truncated: try program.write(program.data(name).dropLast(100), to: name)
            case .headerLength:
                try program.write(Data([0xFF, 0xFF, 0xFF, 0x7F]) + program.data(name).dropFirst(4), to: name)
            case .foreign: try program.write(program.data("\(TinyRun.folder)/model.safetensors"), to: name)
            case .empty: try program.write(Data(), to: name)
            case .progress:
                // The sum of losses under the name of the count of batches: another type.
                var file = try program.data(name)
                for (from, to) in [("progress.lossSum", "progress.batchez"), ("progress.batches", "progress.lossSum")] {
                    let range = try #require(file.range(of: Data(from.utf8)))
                    file.replaceSubrange(range, with: Data(to.utf8))
                }
                let range = try #require(file.range(of: Data("progress.batchez".utf8)))
                file.replaceSubrange(range, with: Data("progress.batches".utf8))
                try program.write(file, to: name)
            }
            let before = try program.contents()
            let result = try program.run("train", TinyRun.folder, "--resume", "epochs=3")
            expectOneLine(result, [name, ": "])
            #expect(try program.contents() == before)
        }
    }
}
