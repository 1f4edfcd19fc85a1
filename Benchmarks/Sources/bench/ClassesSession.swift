import Files
import MetricLearning
import NeuralNetwork
import Randomness
import Torch

/// Our step of a head with many classes: loss, both gradients and the optimizer's step on the class vectors.
final class ClassesSession: Session {
    private let head: ArcFaceHead
    private let optimizer: SGD
    private let embeddings: Tensor
    private let labels: Tensor
    private var steps: UInt64 = 0

    init(_ arguments: Arguments) throws {
        guard let products = Precision(rawValue: try arguments.value("--products")),
            let share = Double(try arguments.value("--share"))
        else {
            throw UserFacingError(
                "bench serve", field: "--products or --share", problem: "is unknown",
                remedy: "write fp32 or bf16, and a number up to 1")
        }
        let classes = arguments.number("--classes", default: 10_000)
        let batch = arguments.number("--batch", default: 128)
        let embedding = arguments.number("--embedding", default: 512)
        var generator = SeededGenerator(seed: 0)
        head = ArcFaceHead(classes: classes, embedding: embedding, products: products, using: &generator)
        if share < 1 { head.sampler = ClassSampler(rate: share) }
        optimizer = SGD([head], learningRate: 0.1, momentum: 0.9, weightDecay: 5e-4)
        embeddings = Tensor.normal([batch, embedding], using: &generator).requiringGradient()
        labels = Tensor((0..<batch).map { _ in Int.random(in: 0..<classes, using: &generator) })
    }

    func step() -> Double {
        steps += 1
        head.sampler?.reseed(steps)
        embeddings.gradient = nil
        optimizer.clearGradients()
        let loss = head.loss(embeddings, labels)
        loss.backward()
        optimizer.step()
        return loss.value.item()
    }
}
