import Files
import MetricLearning
import NeuralNetwork
import Randomness
import Torch

/// Our form of ArcFace's loss over many classes, forward and backward to the embeddings and the class vectors.
final class LossesSession: Session {
    private let head: ArcFaceHead
    private let embeddings: Tensor
    private let labels: Tensor

    init(_ arguments: Arguments, classes: Int) throws {
        guard let products = Precision(rawValue: try arguments.value("--form")) else {
            throw UserFacingError(
                "bench serve", field: "--form", problem: "is unknown", remedy: "write fp32 or bf16")
        }
        let batch = arguments.number("--batch", default: 128)
        let embedding = arguments.number("--embedding", default: 512)
        var generator = SeededGenerator(seed: 0)
        head = ArcFaceHead(classes: classes, embedding: embedding, products: products, using: &generator)
        embeddings = Tensor.normal([batch, embedding], using: &generator).requiringGradient()
        labels = Tensor((0..<batch).map { _ in Int.random(in: 0..<classes, using: &generator) })
        for (_, parameter) in head.namedParameters() { parameter.gradient = .ones(parameter.tensor.shape) }
    }

    func step() -> Double {
        embeddings.gradient = nil
        for (_, parameter) in head.namedParameters() { parameter.gradient = nil }
        let loss = head.loss(embeddings, labels)
        loss.backward()
        return loss.value.item()
    }
}
