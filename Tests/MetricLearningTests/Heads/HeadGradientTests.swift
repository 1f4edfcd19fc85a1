import MetricLearning
import NeuralNetwork
import Randomness
import Testing
import TestSupport
import Torch

/// Gradients of whole heads are slopes of their losses, next to the ends of the cosine too.
@Suite(.noLeaks) struct HeadGradientTests {
    /// AdaFace takes its margin from lengths without a gradient; where all are clipped to one margin it has a slope.
    private static let kinds =
        HeadKind.all.filter { $0.isExact && $0.description != "AdaFace" }
        + [
            HeadKind("AdaFace with a margin of one") {
                AdaFaceHead(classes: $0, embedding: $1, concentration: 1e9, using: &$2)
            }
        ]

    /// Seen from the vectors the loss is smooth down to angles of 1e-3; h = 1e-6 of them, in float64, leaves 1e-6 of the slope.
    @Test(arguments: kinds) func gradientsAreSlopes(kind: HeadKind) throws {
        let cosines = [-1 + 1e-6, -0.5, -0.877, -0.878, 0.01, 1 - 1e-6]
        let rows = cosines.flatMap { c in [3 * c, 3 * (1 - c * c).squareRoot()] }
        let head = kind.head(classes: 2, embedding: 2).to(.float64)
        // A sub-centre of each class at an angle of its own.
        let vectors = [1, 0, -0.3, 0.8]
        let more = [0.6, -0.8, 0.1, -1, 0.3, 0.2, -0.9, -0.1]
        try head.setWeight(
            kind.rowsPerClass == 1
                ? Tensor(vectors, shape: [2, 2]) : Tensor([1, 0] + more + [-0.3, 0.8], shape: [6, 2]))
        head.evaluate()
        let labels = Tensor([0, 0, 0, 0, 0, 0])
        let embeddings = Tensor(rows, shape: [6, 2]).requiringGradient()
        head.loss(embeddings, labels).backward()
        func slopes(of tensor: Tensor) -> Tensor {
            let start = tensor.detached().clone()
            let slopes = (0..<start.count).map { index -> Double in
                func value(_ change: Double) -> Double {
                    var values = start.array(of: Double.self)
                    values[index] += change
                    return withoutGradients {
                        tensor.assign(Tensor(values, shape: start.shape))
                        return head.loss(embeddings, labels).value.item()
                    }
                }
                return (value(1e-8) - value(-1e-8)) / 2e-8
            }
            withoutGradients { tensor.assign(start) }
            return Tensor(slopes, shape: start.shape)
        }
        expectEqual(
            try #require(embeddings.gradient), slopes(of: embeddings), absolute: 2e-4, relative: 1e-4, "embeddings")
        for (name, parameter) in head.namedParameters() {
            expectEqual(
                try #require(parameter.gradient), slopes(of: parameter.tensor), absolute: 2e-4, relative: 1e-4, name)
        }
    }
}
