public import NeuralNetwork
public import Torch

/// Softmax over cosines with a margin on the target's cosine: `logit_y = s (cos(theta_y) - m)`, others `s cos(theta_j)`.
///
/// theta_j is the angle between an embedding and the vector of class j. Wang et al., "CosFace: Large Margin Cosine Loss for
/// Deep Face Recognition", CVPR 2018; Wang et al., "Additive Margin Softmax for Face Verification", 2018. Choose it like
/// ArcFace; its gradient is the same at every angle, so it trains more easily from scratch.
public final class CosFaceHead: Module, ManyClassHead, MarginCurveHead {
    /// The class vectors `[C, D]` as they are learnt, of any length.
    public let weight: Parameter
    /// What draws the classes of a step; nil where all take part.
    public var sampler: ClassSampler?
    /// The share of each label that is divided among all classes while training.
    public var labelSmoothing = 0.0
    private let margin: AngularMargin
    /// s, the factor on the cosines.
    public let scale: Double
    /// What the loss multiplies in while training, in float32 on the processor.
    public let products: Precision

    /// C, the number of classes.
    public let classes: Int

    /// Creates a head whose class vectors are drawn by Glorot and Bengio's rule.
    ///
    /// - Parameters:
    ///   - classes: C.
    ///   - embedding: D, the length of an embedding.
    ///   - scale: s, above 0; 64 in the paper.
    ///   - margin: m, a difference of cosines of 0 or more; 0.35 in the paper. In two dimensions no more than
    ///     `1 - cos(2 pi / C)` can be kept between all classes (0.19 for ten), with D of C - 1 or more no more than `C / (C - 1)`.
    ///   - products: what the loss multiplies in while training, in float32 on the processor; exponentials and their sums stay in 32 bits.
    ///   - generator: gives the seeds of the first values.
    public init(
        classes: Int, embedding: Int, scale: Double = 64, margin: Double = 0.35,
        products: Precision = .fp32, using generator: inout some RandomNumberGenerator
    ) {
        requireScale(scale, "CosFaceHead")
        requireMargin(margin, "CosFaceHead")
        self.classes = classes
        self.scale = scale
        self.products = products
        self.margin = AngularMargin(cosine: .same(margin))
        weight = ClassVectors.drawn(classes: classes, embedding: embedding, for: "CosFaceHead", using: &generator)
    }

    /// The target logit over the angle.
    public var marginCurves: [MarginCurve] { [MarginCurve(margin, scale: scale)] }

    /// The mean cross entropy of embeddings `[N, D]` with labels `[N]` int64 in `0..<C`; 0 for an empty batch.
    public func loss(_ embeddings: Tensor, _ labels: Tensor) -> Loss {
        labels.checkLabels(for: embeddings, dimension: weight.tensor.size(1), classes: classes, "CosFaceHead.loss")
        return MarginSoftmax.loss(self, embeddings, labels, margin: margin)
    }
}
