import Foundation
import TestSupport
import Testing
import Torch

/// Several real processes train as one does, and end together when one is lost.
@Suite(.serialized) struct ProcessesTests {
    /// One step an epoch, so that the metrics have the loss of every step. The pace is such that rounding, which differs
    /// between a sum of 128 and two of 64, is not amplified: at a thirtyfold one, in a single process, a weight decay of 1e-8
    /// changes the loss by 1e-3 after 20 steps.
    private static func words(images: Int, epochs: Int, _ more: [String]) -> [String] {
        [
            "strokes-center", "data.train=\(images)", "data.test=31", "data.batch=\(images)", "epochs=\(epochs)",
            "precision=fp32", "optimizers[0].schedule={name: constant}", "optimizers[0].learningRate=0.001",
            "backbone={name: lenet++, embedding: 32}",
        ] + more
    }

    private static let head = [
        "losses=[]", "optimizers=[{of: [backbone, head], name: sgd, learningRate: 0.00003, momentum: 0.9}]",
    ]

    /// Runs the same words in so many processes; the losses of all steps and the last test loss.
    private func losses(_ program: Program, _ words: [String], processes: Int, folder: String) throws -> [Double] {
        let result = try program.run(["train"] + words + ["--output", folder, "--processes", "\(processes)"])
        #expect(result.status == 0 && result.stderr.isEmpty, "\(result.stderr)")
        let metrics = try program.metrics(of: folder)
        return metrics.compactMap { $0["trainLoss"] } + [try #require(metrics.last?["testLoss"])]
    }

    @Test(arguments: [
        (images: 128, epochs: 50, words: [String]()),
        // The head's ten classes lie in two parts of five.
        (128, 50, head + ["head={name: arcface, scale: 8, margin: 0.1}"]),
        // An odd batch in two parts; batch normalisation in every layer; a limit on gradients of which parts are elsewhere.
        (
            33, 5,
            head + [
                "backbone={name: resnet18, stem: cifar}", "head={name: cosface, scale: 8, margin: 0.1}",
                "gradientLimit=1",
            ]
        ),
        // Images in planes, which joined batch normalisation lays out anew.
        (
            17, 4,
            head + [
                "backbone={name: resnet18, stem: cifar}", "head={name: cosface, scale: 8, margin: 0.1}",
                "layout=contiguous",
            ]
        ),
        // A batch of one image, so that one of two processes has none.
        (1, 4, head + ["head={name: adaface, scale: 8}"]),
    ])
    func twoProcessesAreOne(images: Int, epochs: Int, words: [String]) throws {
        try Program.inScratchFolder { program in
            let words = Self.words(images: images, epochs: epochs, words)
            let one = try losses(program, words, processes: 1, folder: "one")
            let two = try losses(program, words, processes: 2, folder: "two")
            #expect(one.count == epochs + 1 && two.count == one.count)
            #expect(abs(one[0] - one[epochs - 1]) > 1e-3, "nothing was learnt")
            // Losses are near 1 to 10; what is left is the rounding of float32 in another order.
            for (step, pair) in zip(one, two).enumerated() {
                #expect(abs(pair.0 - pair.1) <= 1e-5, "step \(step + 1): \(pair.0) and \(pair.1)")
            }
            let states = try ["one", "two"].map {
                try SafetensorsFile(path: program.path("\($0)/checkpoints/last.safetensors"))
            }
            // The whole head is in the file, whoever held it.
            #expect(Set(states[0].entries.keys) == Set(states[1].entries.keys))
            for name in states[0].entries.keys {
                #expect(states[0].entries[name]?.shape == states[1].entries[name]?.shape, "\(name)")
            }
            let environment = try program.text("two/environment.json")
            #expect(environment.contains(#""processes" : 2"#))
        }
    }

    /// The last batch has two images, so that the third process has none of it, in both layouts.
    @Test(arguments: ["channelsLast", "contiguous"]) func aPartWithoutImages(layout: String) throws {
        let words = Self.words(
            images: 34, epochs: 1,
            Self.head + [
                "data.batch=32", "backbone={name: resnet18, stem: cifar}", "layout=\(layout)",
                "head={name: cosface, scale: 8, margin: 0.1}",
            ])
        try Program.inScratchFolder { program in
            let one = try losses(program, words, processes: 1, folder: "one")
            let three = try losses(program, words, processes: 3, folder: "three")
            #expect(one.count == three.count && !one.isEmpty)
            for (left, right) in zip(one, three) { #expect(abs(left - right) <= 1e-4, "\(left) and \(right)") }
        }
    }

    @Test func sampledClassesAreThoseOfOneProcess() throws {
        let words = Self.words(
            images: 24, epochs: 12,
            Self.head + [
                "data.characters=letters",
                "head={name: arcface, scale: 8, margin: 0.1, sample: {rate: 0.3}, labelSmoothing: 0.1}",
            ])
        try Program.inScratchFolder { program in
            let one = try losses(program, words, processes: 1, folder: "one")
            let three = try losses(program, words, processes: 3, folder: "three")
            for (step, pair) in zip(one, three).enumerated() {
                #expect(abs(pair.0 - pair.1) <= 1e-5, "step \(step + 1): \(pair.0) and \(pair.1)")
            }
        }
    }

    // MARK: Losses of processes

    private static let long = [
        "strokes-center", "data.train=256", "data.test=32", "data.batch=16", "epochs=3", "threads=1", "precision=fp32",
        "optimizers[0].schedule={name: constant}", "optimizers[0].learningRate=0.001",
        "losses=[]", "optimizers=[{of: [backbone, head], name: sgd, learningRate: 0.0001, momentum: 0.9}]",
        "head={name: arcface, scale: 8, margin: 0.1}", "backbone={name: lenet++, embedding: 32}",
    ]

    /// The process of a rank among the children of `running`, while it lives.
    private func process(of rank: Int, in running: RunningProgram) throws -> Int32? {
        let folders = try FileManager.default.contentsOfDirectory(atPath: "/proc").compactMap { Int32($0) }
        return folders.first { identifier in
            let environment = (try? String(contentsOfFile: "/proc/\(identifier)/environ", encoding: .utf8)) ?? ""
            let variables = environment.split(separator: "\0")
            return variables.contains("HYPERSPHERE_LAUNCHED=\(running.identifier)")
                && variables.contains("RANK=\(rank)")
        }
    }

    private func expectNoneIsLeft(_ running: RunningProgram) throws {
        for rank in 0..<4 { #expect(try process(of: rank, in: running) == nil) }
    }

    #if os(Linux)
        @Test func aKilledRankEndsAllAndHalfAsManyGoOn() throws {
            try Program.inScratchFolder { program in
                let running = try program.startIntoSecondEpoch(Self.long + ["--processes", "4"])
                let begin = Date()
                kill(try #require(try process(of: 2, in: running)), SIGKILL)
                let result = try running.wait()
                expectOneLine(
                    result, ["rank 2: was lost, last seen ", "epoch ", ": killed (signal 9)", "train --resume"])
                // The launcher's word: five seconds until it tells the others, five more until it ends them.
                #expect(Date().timeIntervalSince(begin) < 15)
                try expectNoneIsLeft(running)

                let resumed = try program.run("train", TinyRun.folder, "--resume", "--processes", "2")
                #expect(resumed.status == 0 && resumed.stderr.isEmpty, "\(resumed.stderr)")
                #expect(resumed.stdout.contains("going on after epoch 1"))
                let calm = try program.run(["train"] + Self.long + ["--output", "calm"])
                #expect(calm.status == 0, "\(calm.stderr)")
                let (after, before) = (try program.metrics(of: TinyRun.folder), try program.metrics(of: "calm"))
                #expect(after.count == 3 && before.count == 3)
                // Sums of four, two and one parts round in different orders; 48 steps leave that much of it.
                for (left, right) in zip(after, before) {
                    for key in ["trainLoss", "testLoss"] {
                        #expect(abs(try #require(left[key]) - (try #require(right[key]))) < 1e-4, "\(key)")
                    }
                    #expect(left["testAccuracy"] == right["testAccuracy"])
                }
            }
        }

        @Test func aRankThatHangsIsNamed() throws {
            try Program.inScratchFolder { program in
                let running = try program.startIntoSecondEpoch(Self.long + ["--processes", "2", "--timeout", "4"])
                let begin = Date()
                kill(try #require(try process(of: 1, in: running)), SIGSTOP)
                let result = try running.wait()
                expectOneLine(result, ["rank 1 was lost, last seen ", "epoch ", "train --resume"])
                // The time to wait, three seconds to find out who it was, and the launcher's ten.
                #expect(Date().timeIntervalSince(begin) < 22)
                try expectNoneIsLeft(running)
            }
        }
    #endif

    @Test func anInterruptionStopsAllAtTheSameBatch() throws {
        try Program.inScratchFolder { program in
            let running = try program.startIntoSecondEpoch(Self.long + ["--processes", "2"])
            running.send(SIGINT)
            let stopped = try running.wait()
            #expect(stopped.status == 130)
            #expect(
                stopped.stderr == "stopped; go on with: hypersphere train \(TinyRun.folder) --resume --processes 2\n")
            let checkpoint = try SafetensorsFile(path: program.path("\(TinyRun.folder)/checkpoints/last.safetensors"))
            #expect((1..<16).contains(try checkpoint.tensor("progress.batches").item()))
            let resumed = try program.run("train", TinyRun.folder, "--resume")
            #expect(resumed.status == 0 && resumed.stderr.isEmpty, "\(resumed.stderr)")
            #expect(try program.metrics(of: TinyRun.folder).count == 3)
        }
    }

    // MARK: Bad input

    private static let short = ["train", "strokes-center", "data.train=32", "data.test=16", "epochs=1", "threads=1"]

    private func place(_ rank: Int, of size: Int, port: Int, host: String = "127.0.0.1") -> [String: String] {
        ["RANK": "\(rank)", "WORLD_SIZE": "\(size)", "MASTER_ADDR": host, "MASTER_PORT": "\(port)"]
    }

    @Test func processesThatOthersStartFindEachOther() throws {
        try Program.inScratchFolder { program in
            let port = try FreePort().number
            let first = try program.start(Self.short + ["--output", "run"], environment: place(0, of: 2, port: port))
            let second = try program.run(Self.short + ["--output", "run"], environment: place(1, of: 2, port: port))
            let leader = try first.wait()
            #expect(leader.status == 0 && second.status == 0, "\(leader.stderr) \(second.stderr)")
            #expect(second.stdout.isEmpty && leader.stdout.contains(", 2 processes"))
            #expect(program.exists("run/model.safetensors"))
        }
    }

    @Test func aMissingRankIsNamed() throws {
        try Program.inScratchFolder { program in
            let result = try program.run(
                Self.short + ["--timeout", "2"], environment: place(0, of: 3, port: try FreePort().number))
            expectOneLine(result, ["rank 0: only 1 of 3 processes came within 2 s; missing: rank 1, 2", "--timeout"])
            #expect(!program.exists("runs"))
        }
    }

    @Test func nobodyAtTheMeetingPlace() throws {
        try Program.inScratchFolder { program in
            let port = try FreePort().number
            let result = try program.run(Self.short + ["--timeout", "2"], environment: place(1, of: 2, port: port))
            expectOneLine(result, ["127.0.0.1:\(port): nobody answered within 2 s", "start rank 0"])
        }
    }

    @Test func aPortInUse() throws {
        try Program.inScratchFolder { program in
            let port = try FreePort()
            let result = try port.whileListening {
                try program.run(Self.short, environment: place(0, of: 2, port: port.number))
            }
            expectOneLine(result, ["port \(port.number): is in use", "MASTER_PORT"])
        }
    }

    @Test func ranksWithDifferentRecipes() throws {
        try Program.inScratchFolder { program in
            let port = try FreePort().number
            let first = try program.start(Self.short, environment: place(0, of: 2, port: port))
            let second = try program.run(Self.short + ["seed=7"], environment: place(1, of: 2, port: port))
            expectOneLine(second, ["rank 1: recipe: has \"seed: 7\" where rank 0 has \"seed: 0\"", "same program"])
            let leader = try first.wait()
            expectOneLine(leader, ["rank 0: rank 1 ended: rank 1: recipe: has"])
            #expect(!program.exists("runs/strokes-center-1/model.safetensors"))
        }
    }

    @Test func whatCannotBe() throws {
        try Program.inScratchFolder { program in
            let mixed = try program.run(
                Self.short + Self.head + ["data.augmentation={mixUp: 0.2}", "--processes", "2"])
            expectOneLine(mixed, ["data.augmentation.mixUp: mixes images of one process alone"])

            let missing = try program.run("train", "mnist-center", "--processes", "3")
            expectOneLine(missing, ["data: mnist: it lacks", "--download"])

            let unknown = try program.run(Self.short + ["epoch=2", "--processes", "2"])
            expectOneLine(unknown, ["epoch", "epochs"])

            let none = try program.run(Self.short + ["--processes", "0"])
            #expect(none.status == 2 && none.stderr.contains("--processes expects a number above 0"))

            let number = try program.run(Self.short, environment: ["RANK": "one", "WORLD_SIZE": "2"])
            expectOneLine(number, ["RANK: is \"one\", which is no number", "torchrun"])
        }
    }

    // MARK: Machines

    #if os(Linux)
        /// Two machines as far as the network goes: the leader in one namespace, the other process in another.
        @Test(.enabled(if: Namespaces.areAllowed, "needs the right to make network namespaces"))
        func acrossTwoNetworks() throws {
            try Namespaces.inPair { namespaces in
                try Program.inScratchFolder { program in
                    let words = Self.short + ["--output", "run", "--timeout", "60"]
                    let place = { rank in self.place(rank, of: 2, port: 29500, host: namespaces.firstAddress) }
                    let first = try program.start(words, environment: place(0), prefix: namespaces.first)
                    let second = try program.start(words, environment: place(1), prefix: namespaces.second)
                    let (leader, other) = (try first.wait(), try second.wait())
                    #expect(leader.status == 0 && other.status == 0, "\(leader.stderr) \(other.stderr)")
                    #expect(leader.stdout.contains(", 2 processes"))
                }
            }
        }
    #endif
}
