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
        let peer = Contender.peer("lenetplusplus.py")
        let common = ["--batches", batches, "--threads", "\(threads)"]
        let commands = [
            ("PyTorch, as tutorials write it", peer + ["--form", "tutorial"] + common),
            ("PyTorch, channels last, bf16", peer + ["--form", "tuned"] + common),
            ("Hypersphere", Contender.ourselves("training") + common),
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
            for (index, contender) in contenders.enumerated() {
                speeds[index].append(Double(batchSize) / (try contender.run(stepsPerRound)))
            }
            FileHandle.standardError.write(Data("round \(round) of \(rounds)\n".utf8))
        }
        print("LeNet++ with Center Loss, batches of \(batchSize), \(threads) threads; \(Machine.processorName);")
        print("\(rounds) rounds of \(stepsPerRound) steps, the forms in turn; medians, ratios by round\n")
        var table = Table(["form", "images/s", "x the 1st", "x the 2nd", "peak MiB", "s to 1st step"])
        for (index, contender) in contenders.enumerated() {
            func ratio(to other: Int) -> String { text(medianOfRatios(speeds[index], speeds[other]), digits: 2) }
            table.append([
                contender.name, text(median(speeds[index]), digits: 0), ratio(to: 0), ratio(to: 1),
                text(try contender.peakMemory(), digits: 0), text(median(starts[index]), digits: 2),
            ])
        }
        print(table.markdown)
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
}
