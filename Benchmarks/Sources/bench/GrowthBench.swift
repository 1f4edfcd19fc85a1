import Files
import Foundation
import NeuralNetwork
import Randomness
import Torch

/// Whether long work needs more and more memory: the most that is held up to the 100th step and up to the last.
struct GrowthBench {
    private let early = 100
    private let steps = 1000
    private let threads = 1

    func run() throws {
        print("Peak memory in MiB, \(threads) thread; \(Machine.processorName)\n")
        var generator = SeededGenerator(seed: 0)
        let state = EmbeddedNetwork.resnet18.make().state()
        var table = Table(["work", "after \(early) steps", "after \(steps)"])
        table.append(
            try row(
                "embedding with a fused ResNet18, batches of 4", session: "embedding",
                ["--network", "resnet18", "--precision", "\(Precision.best(for: .cpu))"], file: "--weights",
                state.merging(["images": .normal([4, 3, 32, 32], using: &generator)]) { $1 }))
        table.append(
            try row(
                "training LeNet++ with Center Loss, batches of 16", session: "training", [], file: "--batches",
                [
                    "images": .zeros([8, 16, 1, 28, 28], dtype: .uint8),
                    "labels": Tensor((0..<8 * 16).map { Int64($0 % 10) }, shape: [8, 16]),
                ]))
        print(table.markdown)
    }

    private func row(
        _ name: String, session: String, _ arguments: [String], file: String, _ tensors: [String: Tensor]
    ) throws -> [String] {
        let folder = FileManager.default.temporaryDirectory.path
        let path = "\(folder)/hypersphere-bench-\(ProcessInfo.processInfo.processIdentifier).safetensors"
        try SafetensorsFile.write(tensors, to: path)
        defer { try? FileManager.default.removeItem(atPath: path) }
        let contender = try Contender(
            name, Contender.ourselves(session) + arguments + [file, path, "--threads", "\(threads)", "--warmup", "0"])
        defer { contender.quit() }
        _ = try contender.run(early)
        let before = try contender.peakMemory()
        _ = try contender.run(steps - early)
        return [name, text(before, digits: 1), text(try contender.peakMemory(), digits: 1)]
    }
}
