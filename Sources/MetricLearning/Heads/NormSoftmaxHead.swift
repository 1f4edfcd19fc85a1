import Foundation
public import NeuralNetwork
public import Torch

/// Softmax over cosines, without a margin: `logits_j = s cos(theta_j)`, `loss = mean(-log softmax(logits)[label])`.
///
/// theta_j is the angle between an embedding and the vector of class j. Wang et al., "NormFace: L2 Hypersphere Embedding for
/// Face Verification", ACM Multimedia 2017; Zhai and Wu, "Classification is a Strong Baseline for Deep Metric Learning",
/// BMVC 2019, whose temperature is 1 / s. Choose it as the plain beginning when embeddings will be compared by their
/// cosine, and for clean, small or retrieval data, where a margin brings little.
public final class NormSoftmaxHead: Module, ManyClassHead, MarginCurveHead {
    /// The class vectors `[C, D]` as they are learnt, of any length.
    public let weight: Parameter
    /// What draws the classes of a step; nil where all take part.
    public var sampler: ClassSampler?
    /// The share of each label that is divided among all classes while training.
    public var labelSmoothing = 0.0
    /// s, the factor on the cosines.
    public let scale: Double
    /// What the loss multiplies in while training, in float32 on the processor.
    public let products: Precision

    /// C, the number of classes.
    public let classes: Int

    /// Creates a head whose class vectors are drawn from the standard normal distribution.
    ///
    /// - Parameters:
    ///   - classes: C.
    ///   - embedding: D, the length of an embedding.
    ///   - scale: s, above 0; 20 is the temperature 0.05 of Zhai and Wu. With a small one the loss cannot come near 0:
    ///     see ``leastScale(classes:probability:)``.
    ///   - products: what the loss multiplies in while training, in float32 on the processor; exponentials and their sums stay in 32 bits.
    ///   - generator: gives the seeds of the first values.
    public init(
        classes: Int, embedding: Int, scale: Double = 20, products: Precision = .fp32,
        using generator: inout some RandomNumberGenerator
    ) {
        requireScale(scale, "NormSoftmaxHead")
        self.classes = classes
        self.scale = scale
        self.products = products
        weight = ClassVectors.drawn(
            classes: classes, embedding: embedding, .normal, for: "NormSoftmaxHead", using: &generator)
    }

    /// The target logit over the angle.
    public var marginCurves: [MarginCurve] { [MarginCurve(AngularMargin(), scale: scale)] }

    /// The mean cross entropy of embeddings `[N, D]` with labels `[N]` int64 in `0..<C`; 0 for an empty batch.
    public func loss(_ embeddings: Tensor, _ labels: Tensor) -> Loss {
        labels.checkLabels(
            for: embeddings, dimension: weight.tensor.size(1), classes: classes, "NormSoftmaxHead.loss")
        return MarginSoftmax.loss(self, embeddings, labels, margin: AngularMargin())
    }

    /// The least scale with which a sample at its class vector can reach `probability`, within 0..<1, while the class
    /// vectors lie as far apart as they can: `(C - 1) / C log((C - 1) p / (1 - p))`. Wang et al., "CosFace", CVPR 2018.
    public static func leastScale(classes: Int, probability: Double) -> Double {
        require(
            classes > 1 && (0..<1).contains(probability),
            "leastScale: expected 2 classes or more and a probability in 0..<1, got \(classes) and \(probability)")
        let others = Double(classes - 1)
        return max(0, others / Double(classes) * log(others * probability / (1 - probability)))
    }
}
