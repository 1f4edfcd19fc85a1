import Datasets
import Files
import Foundation
import Torch

/// LeNet++ with Center Loss, trained on the same batches by PyTorch as the tutorials write it, by PyTorch tuned, and by us.
struct TrainingBench {
    private let batchCount = 30
    private let batchSize = 128
    private let rounds = 9
    private let stepsPerRound = 8
    private let threads = 2

    func run() throws {
        let folder = FileManager.default.temporaryDirectory.path
        let batches = "\(folder)/hypersphere-bench-\(ProcessInfo.processInfo.processIdentifier).safetensors"
        try writeBatches(to: batches)
        defer { try? FileManager.default.removeItem(atPath: batches) }
        let python = ProcessInfo.processInfo.environment["HYPERSPHERE_PEERS"] ?? ".cache/peers/bin/python"
        let script = "Benchmarks/peers/lenetplusplus.py"
        let common = ["--batches", batches, "--threads", "\(threads)"]
        let commands = [
            ("PyTorch, as tutorials write it", [python, script, "--form", "tutorial"] + common),
            ("PyTorch, channels last, bf16", [python, script, "--form", "tuned"] + common),
            ("Hypersphere", [CommandLine.arguments[0], "serve"] + common),
        ]
        var starts: [[Double]] = commands.map { _ in [] }
        for _ in 0..<3 {
            for (index, (name, command)) in commands.enumerated() {
                let contender = try Contender(name, command + ["--warmup", "1"])
                starts[index].append(contender.secondsToFirstStep)
                contender.quit()
            }
        }
        let contenders = try commands.map { try Contender($0, $1) }
        defer { for contender in contenders { contender.quit() } }
        var speeds: [[Double]] = commands.map { _ in [] }
        for round in 1...rounds {
            for (index, contender) in contenders.enumerated() { speeds[index].append(try contender.run(stepsPerRound)) }
            FileHandle.standardError.write(Data("round \(round) of \(rounds)\n".utf8))
        }
        print("LeNet++ with Center Loss, batches of \(batchSize), \(threads) threads; \(Machine.processorName);")
        print("\(rounds) rounds of \(stepsPerRound) steps, the forms in turn; medians, ratios by round\n")
        print("| form | images/s | times the first | times the second | peak MiB | s to the first step |")
        print("|---|---|---|---|---|---|")
        for (index, contender) in contenders.enumerated() {
            func ratio(to other: Int) -> String {
                text(median(zip(speeds[index], speeds[other]).map(/)), digits: 2)
            }
            print(
                "| \(contender.name) | \(text(median(speeds[index]), digits: 0)) | \(ratio(to: 0)) | \(ratio(to: 1)) | "
                    + "\(text(try contender.peakMemory(), digits: 0)) | \(text(median(starts[index]), digits: 2)) |")
        }
    }

    private func writeBatches(to path: String) throws {
        let set = Strokes(classes: .digits, seed: 0).dataset(count: batchCount * batchSize, name: "bench")
        let order = EpochOrder(count: set.count, seed: 0, epoch: 1, shuffled: true).indices
        let size = set.imageSize
        let pixels = order.flatMap { set.pixels[$0 * size..<($0 + 1) * size] }
        try SafetensorsFile.write(
            [
                "images": Tensor(pixels, shape: [batchCount, batchSize, 1, set.height, set.width]),
                "labels": Tensor(order.map { set.labels[$0] }, shape: [batchCount, batchSize]),
            ], to: path)
    }

    private func median(_ values: [Double]) -> Double {
        let sorted = values.sorted()
        let middle = sorted.count / 2
        return sorted.count.isMultiple(of: 2) ? (sorted[middle - 1] + sorted[middle]) / 2 : sorted[middle]
    }

    private func text(_ value: Double, digits: Int) -> String {
        String(format: "%.\(digits)f", locale: nil, value)
    }
}
