public import NeuralNetwork
public import Torch

/// Softmax over cosines with three margins on the target: `logit_y = s (cos(m1 theta_y + m2) - m3)`, others `s cos(theta_j)`.
///
/// theta_j is the angle between an embedding and the vector of class j. All three act together. Deng et al., "ArcFace",
/// CVPR 2019, eq. 4, which tries (1, 0.3, 0.2), called CM1, and (0.9, 0.4, 0.15), CM2; (1, 0.5, 0) is ArcFace, (1, 0, 0.35)
/// CosFace and (1.35, 0, 0) a SphereFace with embeddings of one length. Choose it to try a curve between these.
public final class CombinedMarginHead: Module, ManyClassHead, MarginCurveHead {
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

    /// Creates a head whose class vectors are drawn by Glorot and Bengio's rule; its margins are the paper's CM1.
    ///
    /// - Parameters:
    ///   - classes: C.
    ///   - embedding: D, the length of an embedding.
    ///   - scale: s, above 0; 64 in the paper.
    ///   - multiplier: m1, a factor on the angle, above 0.
    ///   - angle: m2, added to the angle, from 0 to below pi.
    ///   - cosine: m3, subtracted from the cosine, 0 or more.
    ///   - overflow: what happens where `m1 theta_y + m2` passes pi; `.none` is the paper's formula.
    ///   - gradient: what goes backward through m1 and m2.
    ///   - products: what the loss multiplies in while training, in float32 on the processor; exponentials and their sums stay in 32 bits.
    ///   - generator: gives the seeds of the first values.
    public init(
        classes: Int, embedding: Int, scale: Double = 64, multiplier: Double = 1, angle: Angle = .radians(0.3),
        cosine: Double = 0.2, overflow: MarginOverflow = .none, gradient: MarginGradient = .exact,
        products: Precision = .fp32, using generator: inout some RandomNumberGenerator
    ) {
        requireScale(scale, "CombinedMarginHead")
        requireMargin(angle, "CombinedMarginHead")
        requireMargin(cosine, "CombinedMarginHead")
        require(
            multiplier > 0 && multiplier.isFinite,
            "CombinedMarginHead: expected a multiplier above 0, got \(multiplier)")
        self.classes = classes
        self.scale = scale
        self.products = products
        margin = AngularMargin(
            multiplier: multiplier, angle: .same(angle.radians), cosine: .same(cosine), overflow: overflow,
            gradient: gradient)
        weight = ClassVectors.drawn(
            classes: classes, embedding: embedding, for: "CombinedMarginHead", using: &generator)
    }

    /// The target logit over the angle.
    public var marginCurves: [MarginCurve] { [MarginCurve(margin, scale: scale)] }

    /// The mean cross entropy of embeddings `[N, D]` with labels `[N]` int64 in `0..<C`; 0 for an empty batch.
    public func loss(_ embeddings: Tensor, _ labels: Tensor) -> Loss {
        labels.checkLabels(
            for: embeddings, dimension: weight.tensor.size(1), classes: classes, "CombinedMarginHead.loss")
        return MarginSoftmax.loss(self, embeddings, labels, margin: margin)
    }
}
