public import NeuralNetwork
public import Torch

/// Softmax over cosines with a margin on the target's angle: `logit_y = s cos(theta_y + m)`, others `s cos(theta_j)`.
///
/// theta_j is the angle between an embedding and the vector of class j. Deng et al., "ArcFace: Additive Angular Margin Loss
/// for Deep Face Recognition", CVPR 2019, eq. 3. Choose it for many classes with clean labels that must be told apart
/// finely, above all faces. With embeddings of few dimensions or few samples a class begin with s = 10 and m = 0.2.
public final class ArcFaceHead: Module, ManyClassHead, MarginCurveHead {
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
    ///   - margin: m, from 0 to below pi; 0.5 radians in the paper.
    ///   - overflow: what happens where `theta_y + m` passes pi; the paper leaves it open, and programs use `.cosine`.
    ///   - gradient: what goes backward through the margin.
    ///   - products: what the loss multiplies in while training, in float32 on the processor; exponentials and their sums stay in 32 bits.
    ///   - generator: gives the seeds of the first values.
    public init(
        classes: Int, embedding: Int, scale: Double = 64, margin: Angle = .radians(0.5),
        overflow: MarginOverflow = .cosine, gradient: MarginGradient = .exact,
        products: Precision = .fp32, using generator: inout some RandomNumberGenerator
    ) {
        requireScale(scale, "ArcFaceHead")
        requireMargin(margin, "ArcFaceHead")
        self.classes = classes
        self.scale = scale
        self.products = products
        self.margin = AngularMargin(angle: .same(margin.radians), overflow: overflow, gradient: gradient)
        weight = ClassVectors.drawn(classes: classes, embedding: embedding, for: "ArcFaceHead", using: &generator)
    }

    /// The target logit over the angle.
    public var marginCurves: [MarginCurve] { [MarginCurve(margin, scale: scale)] }

    /// The mean cross entropy of embeddings `[N, D]` with labels `[N]` int64 in `0..<C`; 0 for an empty batch.
    public func loss(_ embeddings: Tensor, _ labels: Tensor) -> Loss {
        labels.checkLabels(for: embeddings, dimension: weight.tensor.size(1), classes: classes, "ArcFaceHead.loss")
        return MarginSoftmax.loss(self, embeddings, labels, margin: margin)
    }
}
