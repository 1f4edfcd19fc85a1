import Datasets
import Files
import Foundation
import Randomness
import Torch

/// A network trained on the same batches by PyTorch as the tutorials write it, by PyTorch tuned, and by us.
struct TrainingBench: Sendable {
    /// LeNet++ with Center Loss on drawn digits.
    static let lenet = TrainingBench(
        title: "LeNet++ with Center Loss", name: "training", script: "lenetplusplus.py", starts: 3, warmup: 5,
        rounds: 9,
        stepsPerRound: 8,
        batches: drawnDigits)
    /// ResNet18 for images of 32 x 32 on noise, since no bench asks for what is seen.
    static let resnet = TrainingBench(
        title: "ResNet18, images of 32 x 32", name: "resnet", script: "resnet.py", starts: 1, warmup: 2, rounds: 7,
        stepsPerRound: 1,
        batches: noise)

    private static let batchSize = 128
    private static let threads = 2

    let title: String
    let name: String
    let script: String
    let starts: Int
    let warmup: Int
    let rounds: Int
    let stepsPerRound: Int
    let batches: @Sendable () -> [String: Tensor]

    func run() throws {
        let folder = FileManager.default.temporaryDirectory.path
        let path = "\(folder)/hypersphere-bench-\(ProcessInfo.processInfo.processIdentifier).safetensors"
        try SafetensorsFile.write(batches(), to: path)
        defer { try? FileManager.default.removeItem(atPath: path) }
        let peer = Contender.peer(script)
        let common = ["--batches", path, "--threads", "\(Self.threads)"]
        let commands = [
            ("PyTorch, as tutorials write it", peer + ["--form", "tutorial"] + common),
            ("PyTorch, channels last, bf16", peer + ["--form", "tuned"] + common),
            ("Hypersphere", Contender.ourselves(name) + common),
        ]
        var times: [[Double]] = commands.map { _ in [] }
        for _ in 0..<starts {
            for (index, (name, command)) in commands.enumerated() {
                let contender = try Contender(name, command + ["--warmup", "1"])
                times[index].append(contender.secondsToFirstStep)
                contender.quit()
            }
        }
        let contenders = try commands.map { try Contender($0, $1 + ["--warmup", "\(warmup)"]) }
        defer { for contender in contenders { contender.quit() } }
        var speeds: [[Double]] = commands.map { _ in [] }
        for round in 1...rounds {
            for (index, contender) in contenders.enumerated() {
                speeds[index].append(Double(Self.batchSize) / (try contender.run(stepsPerRound)))
            }
            FileHandle.standardError.write(Data("round \(round) of \(rounds)\n".utf8))
        }
        print("\(title), batches of \(Self.batchSize), \(Self.threads) threads; \(Machine.processorName);")
        print("\(rounds) rounds of \(stepsPerRound) steps, the forms in turn; medians, ratios by round\n")
        var table = Table(["form", "images/s", "x the 1st", "x the 2nd", "peak MiB", "s to 1st step"])
        for (index, contender) in contenders.enumerated() {
            func ratio(to other: Int) -> String { text(medianOfRatios(speeds[index], speeds[other]), digits: 2) }
            table.append([
                contender.name, text(median(speeds[index]), digits: 0), ratio(to: 0), ratio(to: 1),
                text(try contender.peakMemory(), digits: 0), text(median(times[index]), digits: 2),
            ])
        }
        print(table.markdown)
    }

    private static func drawnDigits() -> [String: Tensor] {
        let batchCount = 30
        let set = Strokes(classes: .digits, seed: 0).dataset(count: batchCount * batchSize, name: "bench")
        let order = EpochOrder(count: set.count, seed: 0, epoch: 1, shuffled: true).indices
        let size = set.imageSize
        let pixels = order.flatMap { set.pixels[$0 * size..<($0 + 1) * size] }
        return [
            "images": Tensor(pixels, shape: [batchCount, batchSize, 1, set.height, set.width]),
            "labels": Tensor(order.map { set.labels[$0] }, shape: [batchCount, batchSize]),
        ]
    }

    private static func noise() -> [String: Tensor] {
        let batchCount = 4
        var generator = SeededGenerator(seed: 0)
        let pixels = (0..<batchCount * batchSize * 3 * 32 * 32).map { _ in UInt8.random(in: 0...255, using: &generator)
        }
        let labels = (0..<batchCount * batchSize).map { _ in Int64.random(in: 0..<10, using: &generator) }
        return [
            "images": Tensor(pixels, shape: [batchCount, batchSize, 3, 32, 32]),
            "labels": Tensor(labels, shape: [batchCount, batchSize]),
        ]
    }
}
