import Backbones
import MetricLearning
import NeuralNetwork
import Randomness
import Torch

/// Our form of training ResNet18 with softmax on given batches.
final class ResNetSession: Session {
    private let network: ResNet
    private let softmax: SoftmaxHead
    private let optimizer: SGD
    private let images: [Tensor]
    private let labels: [Tensor]
    private var position = 0

    init(_ arguments: Arguments) throws {
        let file = try SafetensorsFile(path: try arguments.value("--batches"))
        let allImages = try file.tensor("images")
        let allLabels = try file.tensor("labels")
        images = (0..<allImages.size(0)).map { allImages[$0] }
        labels = (0..<allLabels.size(0)).map { allLabels[$0] }
        var generator = SeededGenerator(seed: 0)
        network = ResNet(.resnet18, stem: .cifar, using: &generator).to(.channelsLast)
        softmax = SoftmaxHead(classes: 10, embedding: network.embedding, using: &generator)
        optimizer = SGD([network, softmax], learningRate: 0.01, momentum: 0.9, weightDecay: 0.0005)
    }

    func step() -> Double {
        let batch = images[position % images.count]
        let truth = labels[position % labels.count]
        position += 1
        let loss = MetricLearning.step([optimizer]) {
            let values = (batch.to(.float32) * (1 / 64) - 2).contiguous(.channelsLast)
            let embeddings = withPrecision(.best(for: .cpu), on: .cpu) { network(values) }
            return softmax.loss(embeddings, truth)
        }
        return loss.item()
    }
}
