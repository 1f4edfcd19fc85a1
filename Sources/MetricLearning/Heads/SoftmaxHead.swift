public import NeuralNetwork
public import Torch

/// Plain softmax over a linear map: `logits = W x + b`, `loss = mean(-log softmax(logits)[label])`.
///
/// Without the bias, two-dimensional embeddings part into rays around the origin.
public final class SoftmaxHead: Module, CrossEntropyHead {
    private let weight: Parameter
    private let bias: Parameter?

    /// The share of each label that is divided among all classes while training.
    public var labelSmoothing = 0.0

    /// C, the number of classes.
    public let classes: Int

    /// Creates a head with PyTorch's default initialisation of a linear layer.
    ///
    /// - Parameters:
    ///   - classes: C.
    ///   - embedding: D, the length of an embedding.
    ///   - bias: whether each class has a bias.
    ///   - generator: gives the seeds of the first values.
    public init(classes: Int, embedding: Int, bias: Bool = true, using generator: inout some RandomNumberGenerator) {
        require(
            classes > 0 && embedding > 0,
            "SoftmaxHead: expected positive numbers, got \(classes) classes, embedding \(embedding)")
        self.classes = classes
        weight = Parameter(.fanInUniform([classes, embedding], fanIn: embedding, using: &generator))
        self.bias = bias ? Parameter(.fanInUniform([classes], fanIn: embedding, using: &generator)) : nil
    }

    /// The mean cross entropy of embeddings `[N, D]` with labels `[N]` int64.
    public func loss(_ embeddings: Tensor, _ labels: Tensor) -> Loss {
        labels.checkLabels(
            for: embeddings, dimension: weight.tensor.size(1), classes: classes, "SoftmaxHead.loss")
        let logits = logits(embeddings)
        return Loss(crossEntropy(logits, labels))
    }

    /// The logits `[N, C]` of embeddings `[N, D]`.
    public func logits(_ embeddings: Tensor) -> Tensor {
        withPrecision(.fp32, on: embeddings.device) {
            embeddings.to(weight.tensor.dtype).linear(weight: weight.tensor, bias: bias?.tensor)
        }
    }
}
