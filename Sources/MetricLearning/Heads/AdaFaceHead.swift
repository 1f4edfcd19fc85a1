public import NeuralNetwork
public import Torch

/// Softmax over cosines with a margin that follows the length of the embedding, taken as the quality of its image:
/// `logit_y = s (cos(theta_y - m g) - (m + m g))`, others `s cos(theta_j)`.
///
/// `g = clip(h (|x| - mean) / (deviation + 0.001), -1, 1)` compares the length, held within 0.001...100, with a running mean
/// and deviation of lengths; no gradient goes through it. A long embedding, g = 1, has CosFace's margin, a short one, g = -1,
/// ArcFace's. `theta_y - m g` is held within `[0.001, pi - 0.001]`. Kim, Jain and Liu, "AdaFace: Quality Adaptive Margin for
/// Face Recognition", CVPR 2022. Choose it where images differ widely in quality. It needs embeddings whose length is free:
/// the network must not end in a normalisation to length 1.
///
/// The authors' code also holds every cosine within 0.999, where samples learn nothing more; that only kept its arc from
/// overflowing, and is not done here.
public final class AdaFaceHead: Module, ManyClassHead, MarginCurveHead {
    /// The class vectors `[C, D]` as they are learnt, of any length.
    public let weight: Parameter
    /// What draws the classes of a step; nil where all take part.
    public var sampler: ClassSampler?
    /// The share of each label that is divided among all classes while training.
    public var labelSmoothing = 0.0
    private let lengthMean = Buffer(.full([], 20))
    private let lengthDeviation = Buffer(.full([], 100))
    /// s, the factor on the cosines.
    public let scale: Double
    private let margin: Double
    private let concentration: Double
    private let momentum: Double

    /// C, the number of classes.
    public let classes: Int

    /// Creates a head whose class vectors are drawn by Glorot and Bengio's rule; the running mean of lengths begins at 20,
    /// the deviation at 100.
    ///
    /// - Parameters:
    ///   - classes: C.
    ///   - embedding: D, the length of an embedding.
    ///   - scale: s, above 0; 64 in the paper.
    ///   - margin: m, the greatest angle and half of the greatest difference of cosines in one; 0.4 radians in the paper.
    ///   - concentration: h, how wide the lengths are spread over -1...1; 0.333 in the paper.
    ///   - momentum: the share of each batch in the running mean and deviation, from 0 to 1; 0.01 in the paper.
    ///   - generator: gives the seeds of the first values.
    public init(
        classes: Int, embedding: Int, scale: Double = 64, margin: Angle = .radians(0.4), concentration: Double = 0.333,
        momentum: Double = 0.01, using generator: inout some RandomNumberGenerator
    ) {
        requireScale(scale, "AdaFaceHead")
        requireMargin(margin, "AdaFaceHead")
        require(
            concentration >= 0 && concentration.isFinite && (0...1).contains(momentum),
            "AdaFaceHead: expected a concentration of 0 or more and a momentum in 0...1, got \(concentration), \(momentum)"
        )
        self.classes = classes
        self.scale = scale
        self.margin = margin.radians
        self.concentration = concentration
        self.momentum = momentum
        weight = ClassVectors.drawn(classes: classes, embedding: embedding, for: "AdaFaceHead", using: &generator)
    }

    /// The target logit over the angle for the shortest embeddings, for one of mean length, and for the longest.
    public var marginCurves: [MarginCurve] {
        [(-1.0, "short, g = -1"), (0, "mean length, g = 0"), (1, "long, g = 1")].map { quality, condition in
            MarginCurve(margin(quality: Tensor([quality])), scale: scale, condition: condition)
        }
    }

    /// The mean cross entropy of embeddings `[N, D]` with labels `[N]` int64 in `0..<C`; 0 for an empty batch.
    ///
    /// While the module trains, the running mean and deviation move first. They stay with a batch of one, which has no
    /// deviation, and with one that is empty or not finite.
    public func loss(_ embeddings: Tensor, _ labels: Tensor) -> Loss {
        labels.checkLabels(for: embeddings, dimension: weight.tensor.size(1), classes: classes, "AdaFaceHead.loss")
        let quality = withoutGradients { self.quality(embeddings) }
        return MarginSoftmax.loss(self, embeddings, labels, margin: margin(quality: quality))
    }

    private func margin(quality: Tensor) -> AngularMargin {
        AngularMargin(angle: .each(quality * -margin), cosine: .each(quality * margin + margin), overflow: .clip)
    }

    /// g, `[N]`, from the statistics that the batch has moved.
    private func quality(_ embeddings: Tensor) -> Tensor {
        let lengths = embeddings.to(weight.tensor.dtype).lengths().clamped(min: 0.001, max: 100)
        if isTraining, lengths.count > 1 {
            lengthMean.follow(lengths.mean(), share: momentum)
            lengthDeviation.follow(lengths.standardDeviation(), share: momentum)
        }
        let deviations = (lengths - lengthMean.tensor) / (lengthDeviation.tensor + 0.001)
        return (deviations * concentration).clamped(min: -1, max: 1)
    }
}
