import Foundation
public import NeuralNetwork
public import Torch

/// Plain softmax over embeddings of one length: `logits = W (alpha x / |x|) + b`.
///
/// Each embedding is normalised by itself; the class vectors are not. Ranjan, Castillo and Chellappa, "L2-constrained
/// Softmax Loss for Discriminative Face Verification", 2017. Choose it when plain softmax gives good classes but embeddings
/// of uneven length, and classes of uneven size should keep longer vectors and a bias.
public final class L2SoftmaxHead: Module, CrossEntropyHead {
    /// Where alpha, the length of the embeddings, comes from.
    public enum Length: Sendable, Equatable {
        /// A length that stays.
        case fixed(Double)
        /// A length that is learnt, from a first value. It tends to grow beyond what separates classes best.
        case learnt(initial: Double)
    }

    private let weight: Parameter
    private let bias: Parameter?
    private let alpha: Parameter?
    private let length: Double

    /// The share of each label that is divided among all classes while training.
    public var labelSmoothing = 0.0

    /// C, the number of classes.
    public let classes: Int

    /// Creates a head with PyTorch's default initialisation of a linear layer.
    ///
    /// - Parameters:
    ///   - classes: C.
    ///   - embedding: D, the length of an embedding.
    ///   - length: alpha, above 0; 16 is in the range that the paper found best. Below ``leastLength(classes:probability:)``
    ///     the loss cannot come near 0.
    ///   - bias: whether each class has a bias.
    ///   - generator: gives the seeds of the first values.
    public init(
        classes: Int, embedding: Int, length: Length = .fixed(16), bias: Bool = true,
        using generator: inout some RandomNumberGenerator
    ) {
        require(
            classes > 0 && embedding > 0,
            "L2SoftmaxHead: expected positive numbers, got \(classes) classes, embedding \(embedding)")
        self.classes = classes
        weight = Parameter(.fanInUniform([classes, embedding], fanIn: embedding, using: &generator))
        self.bias = bias ? Parameter(.fanInUniform([classes], fanIn: embedding, using: &generator)) : nil
        switch length {
        case .fixed(let value):
            self.length = value
            alpha = nil
        case .learnt(let value):
            self.length = value
            alpha = Parameter(.full([], value))
        }
        requireScale(self.length, "L2SoftmaxHead")
    }

    /// The mean cross entropy of embeddings `[N, D]` with labels `[N]` int64 in `0..<C`; 0 for an empty batch.
    public func loss(_ embeddings: Tensor, _ labels: Tensor) -> Loss {
        labels.checkLabels(
            for: embeddings, dimension: weight.tensor.size(1), classes: classes, "L2SoftmaxHead.loss")
        let logits = logits(embeddings)
        return Loss(crossEntropy(logits, labels))
    }

    /// The logits `[N, C]` of embeddings `[N, D]`.
    public func logits(_ embeddings: Tensor) -> Tensor {
        withPrecision(.fp32, on: embeddings.device) {
            let directions = embeddings.to(weight.tensor.dtype).normalizedRows()
            let scaled = alpha.map { directions * $0.tensor } ?? directions * length
            return scaled.linear(weight: weight.tensor, bias: bias?.tensor)
        }
    }

    /// The least alpha with which classes can be told apart with `probability`, within 0..<1: `log(p (C - 2) / (1 - p))`,
    /// for class vectors of length 1 in twice as many dimensions as classes. Ranjan et al.
    public static func leastLength(classes: Int, probability: Double) -> Double {
        require(
            classes > 2 && (0..<1).contains(probability),
            "leastLength: expected 3 classes or more and a probability in 0..<1, got \(classes) and \(probability)")
        return max(0, log(probability * Double(classes - 2) / (1 - probability)))
    }
}
