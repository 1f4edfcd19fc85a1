import Backbones
import Files
import Foundation
import MetricLearning
import NeuralNetwork
import Randomness
import Torch

/// Trains LeNet++ with Center Loss on given batches and answers on standard input and output like the peers' scripts, so
/// that a driver can let all forms take turns and each has memory of its own.
final class TrainingServer {
    private let network: LeNetPlusPlus
    private let softmax: SoftmaxHead
    private let center: CenterLoss
    private let optimizers: [any Optimizer]
    private let images: [Tensor]
    private let labels: [Tensor]
    private var position = 0

    private static let mean = 0.1307
    private static let deviation = 0.3081

    init(_ arguments: [String]) throws {
        func value(_ name: String) -> String? {
            arguments.firstIndex(of: name).flatMap { arguments.indices.contains($0 + 1) ? arguments[$0 + 1] : nil }
        }
        guard let path = value("--batches") else {
            throw UserFacingError("bench serve", field: "--batches", problem: "is missing", remedy: "name the file")
        }
        Engine.threadCount = value("--threads").flatMap { Int($0) } ?? 2
        let file = try SafetensorsFile(path: path)
        let allImages = try file.tensor("images")
        let allLabels = try file.tensor("labels")
        images = (0..<allImages.size(0)).map { allImages[$0] }
        labels = (0..<allLabels.size(0)).map { allLabels[$0] }
        var generator = SeededGenerator(seed: 0)
        network = LeNetPlusPlus(using: &generator).to(.channelsLast)
        softmax = SoftmaxHead(classes: 10, embedding: 2, bias: false, using: &generator)
        center = CenterLoss(classes: 10, embedding: 2, using: &generator)
        optimizers = [
            SGD([network, softmax], learningRate: 0.001, momentum: 0.9, weightDecay: 0.0005),
            SGD([center], learningRate: 0.5),
        ]
        for _ in 0..<(value("--warmup").flatMap { Int($0) } ?? 5) { _ = step() }
    }

    private func step() -> Double {
        let batch = images[position % images.count]
        let truth = labels[position % labels.count]
        position += 1
        let loss = MetricLearning.step(optimizers) {
            let values = (batch.to(.float32) * (1 / (255 * Self.deviation)) - Self.mean / Self.deviation)
                .contiguous(.channelsLast)
            let embeddings = withPrecision(.best(for: .cpu), on: .cpu) { network(values) }
            return softmax.loss(embeddings, truth) + center(embeddings, truth)
        }
        return loss.item()
    }

    func serve() throws {
        answer(["ready": "hypersphere"])
        while let line = readLine() {
            let words = line.split(separator: " ")
            switch words.first {
            case "run":
                let steps = words.dropFirst().first.flatMap { Int($0) } ?? 10
                let begin = ContinuousClock.now
                var loss = 0.0
                for _ in 0..<steps { loss = step() }
                let time = begin.duration(to: .now)
                let seconds = Double(time.components.seconds) + Double(time.components.attoseconds) * 1e-18
                answer(["seconds": seconds, "images": Double(steps * labels[0].count), "loss": loss])
            case "memory":
                answer(["peak_mib": Double(Machine.peakMemory) / 1_048_576])
            case "quit":
                return
            default:
                answer(["error": "unknown command: \(line)"])
            }
        }
    }

    private func answer(_ fields: [String: some Encodable]) {
        let encoder = JSONEncoder()
        guard let data = try? encoder.encode(fields) else { return }
        FileHandle.standardOutput.write(data + Data("\n".utf8))
    }
}
