import Foundation
public import NeuralNetwork
public import Torch

/// ArcFace with a margin that grows with the length of the embedding, and a term that rewards length:
/// `logit_y = s cos(theta_y + m(a))`, others `s cos(theta_j)`, plus `lambda mean(a / u^2 + 1 / a)`.
///
/// `a` is `|x|` held within `l...u`, and m(a) a straight line from the least margin at l to the greatest at u; gradients go
/// through both. Easy samples grow long and hard ones stay short, so that the length tells the quality of an image. Meng et
/// al., "MagFace: A Universal Representation for Face Recognition and Quality Assessment", CVPR 2021. Choose it when the
/// quality is wanted along with the identity. The network must leave lengths free, and they must fall within `l...u`: for
/// ones near 1 the authors advise `lengths: 1...51` and `regularisation: 5`.
public final class MagFaceHead: Module, ManyClassHead, MarginCurveHead {
    /// The class vectors `[C, D]` as they are learnt, of any length.
    public let weight: Parameter
    /// What draws the classes of a step; nil where all take part.
    public var sampler: ClassSampler?
    /// The share of each label that is divided among all classes while training.
    public var labelSmoothing = 0.0
    /// s, the factor on the cosines.
    public let scale: Double
    private let lengths: ClosedRange<Double>
    private let leastMargin: Angle
    private let greatestMargin: Angle
    private let regularisation: Double
    private let overflow: MarginOverflow
    private let gradient: MarginGradient

    /// C, the number of classes.
    public let classes: Int

    /// Creates a head whose class vectors are drawn by Glorot and Bengio's rule.
    ///
    /// - Parameters:
    ///   - classes: C.
    ///   - embedding: D, the length of an embedding.
    ///   - scale: s, above 0; 64 in the paper.
    ///   - lengths: l and u, above 0; 10 and 110 in the paper.
    ///   - leastMargin: m(l); 0.45 radians in the paper.
    ///   - greatestMargin: m(u), no less; 0.8 radians in the paper.
    ///   - regularisation: lambda, the weight of the term for the length, 0 or more; 35 in the paper.
    ///   - overflow: what happens where `theta_y + m(a)` passes pi; the authors' code trains with `.easy`.
    ///   - gradient: what goes backward through the margin to the cosine.
    ///   - generator: gives the seeds of the first values.
    public init(
        classes: Int, embedding: Int, scale: Double = 64, lengths: ClosedRange<Double> = 10...110,
        leastMargin: Angle = .radians(0.45), greatestMargin: Angle = .radians(0.8), regularisation: Double = 35,
        overflow: MarginOverflow = .easy, gradient: MarginGradient = .exact,
        using generator: inout some RandomNumberGenerator
    ) {
        requireScale(scale, "MagFaceHead")
        requireMargin(leastMargin, "MagFaceHead")
        requireMargin(greatestMargin, "MagFaceHead")
        require(
            lengths.lowerBound > 0 && lengths.upperBound > lengths.lowerBound && lengths.upperBound.isFinite,
            "MagFaceHead: expected lengths above 0 of some width, got \(lengths)")
        require(
            greatestMargin.radians >= leastMargin.radians,
            "MagFaceHead: expected a greatest margin of \(leastMargin.radians) radians or more, got \(greatestMargin.radians)"
        )
        requireMargin(regularisation, "MagFaceHead's regularisation")
        self.classes = classes
        self.scale = scale
        self.lengths = lengths
        self.leastMargin = leastMargin
        self.greatestMargin = greatestMargin
        self.regularisation = regularisation
        self.overflow = overflow
        self.gradient = gradient
        weight = ClassVectors.drawn(classes: classes, embedding: embedding, for: "MagFaceHead", using: &generator)
    }

    /// The target logit over the angle with the least, the mean and the greatest margin.
    public var marginCurves: [MarginCurve] {
        let (least, greatest) = (lengths.lowerBound, lengths.upperBound)
        return [(least, "least"), ((least + greatest) / 2, "mean"), (greatest, "greatest")].map { length, name in
            MarginCurve(
                margin(lengths: Tensor([length])), scale: scale,
                condition: "\(name) margin, |x| = \(String(format: "%g", length))")
        }
    }

    /// The mean cross entropy of embeddings `[N, D]` with labels `[N]` int64 in `0..<C`, plus the term for the length; 0
    /// for an empty batch.
    public func loss(_ embeddings: Tensor, _ labels: Tensor) -> Loss {
        labels.checkLabels(for: embeddings, dimension: weight.tensor.size(1), classes: classes, "MagFaceHead.loss")
        let a = embeddings.to(weight.tensor.dtype).lengths()
            .clamped(min: lengths.lowerBound, max: lengths.upperBound)
        let entropy = MarginSoftmax.loss(self, embeddings, labels, margin: margin(lengths: a))
        let reward = a / (lengths.upperBound * lengths.upperBound) + a.reciprocal()
        return entropy + Loss(reward.sum() * (regularisation / Double(max(1, labels.count))))
    }

    /// The margins of lengths `[N]` within `l...u`.
    private func margin(lengths a: Tensor) -> AngularMargin {
        let rise =
            (greatestMargin.radians - leastMargin.radians) / (lengths.upperBound - lengths.lowerBound)
        let margins = (a - lengths.lowerBound) * rise + leastMargin.radians
        return AngularMargin(angle: .each(margins), overflow: overflow, gradient: gradient)
    }
}
