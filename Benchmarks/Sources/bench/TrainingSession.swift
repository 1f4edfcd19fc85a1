import Backbones
import MetricLearning
import NeuralNetwork
import Randomness
import Torch

/// Our form of training LeNet++ with Center Loss on given batches.
final class TrainingSession: Session {
    private let network: LeNetPlusPlus
    private let softmax: SoftmaxHead
    private let center: CenterLoss
    private let optimizers: [any Optimizer]
    private let images: [Tensor]
    private let labels: [Tensor]
    private var position = 0

    private static let mean = 0.1307
    private static let deviation = 0.3081

    init(_ arguments: Arguments) throws {
        let file = try SafetensorsFile(path: try arguments.value("--batches"))
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
    }

    func step() -> Double {
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
}
