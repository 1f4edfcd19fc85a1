public import NeuralNetwork
import Randomness
public import Torch

/// ArcFace or CosFace with a margin drawn anew for each sample: `logit_y = s cos(theta_y + m_i)` or `s (cos(theta_y) - m_i)`
/// with `m_i` normal, others `s cos(theta_j)`.
///
/// Boutros et al., "ElasticFace: Elastic Margin Loss for Deep Face Recognition", CVPR Workshops 2022. Choose it where classes
/// differ much in spread, so that no one margin fits all.
public final class ElasticFaceHead: Module, ManyClassHead, MarginCurveHead, RandomizedModule {
    /// What the margins are of, and how they are spread.
    public enum Margin: Sendable, Equatable {
        /// Angles, as in ArcFace; the paper's 0.5 with a deviation of 0.05 radians, and 0.0175 where margins are sorted.
        case arc(mean: Angle = .radians(0.5), deviation: Angle = .radians(0.05))
        /// Differences of cosines, as in CosFace; the paper's 0.35 with a deviation of 0.05, and 0.02 where margins are
        /// sorted.
        case cosine(mean: Double = 0.35, deviation: Double = 0.05)
    }

    /// The class vectors `[C, D]` as they are learnt, of any length.
    public let weight: Parameter
    /// What draws the classes of a step; nil where all take part.
    public var sampler: ClassSampler?
    /// The share of each label that is divided among all classes while training.
    public var labelSmoothing = 0.0
    private let margin: Margin
    private let sortsMargins: Bool
    /// s, the factor on the cosines.
    public let scale: Double
    private let overflow: MarginOverflow
    private let gradient: MarginGradient
    private var draws: SeededGenerator

    /// C, the number of classes.
    public let classes: Int

    /// Creates a head whose class vectors are drawn by Glorot and Bengio's rule.
    ///
    /// - Parameters:
    ///   - classes: C.
    ///   - embedding: D, the length of an embedding.
    ///   - scale: s, above 0; 64 in the paper.
    ///   - margin: the distribution of margins.
    ///   - sortsMargins: whether the greater margins of a batch go to its harder samples, those with the smaller target
    ///     cosine: the paper's "plus" forms, ElasticFace-Arc+ and -Cos+.
    ///   - overflow: what happens where `theta_y + m_i` passes pi; `.none` is the paper's formula.
    ///   - gradient: what goes backward through an angular margin.
    ///   - generator: gives the seeds of the first values.
    public init(
        classes: Int, embedding: Int, scale: Double = 64, margin: Margin = .arc(), sortsMargins: Bool = false,
        overflow: MarginOverflow = .none, gradient: MarginGradient = .exact,
        using generator: inout some RandomNumberGenerator
    ) {
        requireScale(scale, "ElasticFaceHead")
        switch margin {
        case .arc(let mean, let deviation):
            requireMargin(mean, "ElasticFaceHead")
            requireMargin(deviation, "ElasticFaceHead's deviation")
        case .cosine(let mean, let deviation):
            requireMargin(mean, "ElasticFaceHead")
            requireMargin(deviation, "ElasticFaceHead's deviation")
        }
        self.classes = classes
        self.scale = scale
        self.margin = margin
        self.sortsMargins = sortsMargins
        self.overflow = overflow
        self.gradient = gradient
        weight = ClassVectors.drawn(classes: classes, embedding: embedding, for: "ElasticFaceHead", using: &generator)
        draws = SeededGenerator(seed: generator.next())
    }

    /// Starts the draws of margins anew.
    public func reseed(_ seed: UInt64) {
        draws = SeededGenerator(seed: seed)
    }

    /// The target logit over the angle with the mean margin, and with margins of two deviations less and more, between
    /// which 95 of 100 draws are.
    public var marginCurves: [MarginCurve] {
        [(-2.0, "margin 2 deviations less"), (0, "mean margin"), (2, "margin 2 deviations more")].map {
            count, condition in
            let amount = distribution.mean + count * distribution.deviation
            return MarginCurve(margin(.same(amount)), scale: scale, condition: condition)
        }
    }

    private var distribution: (mean: Double, deviation: Double) {
        switch margin {
        case .arc(let mean, let deviation): (mean.radians, deviation.radians)
        case .cosine(let mean, let deviation): (mean, deviation)
        }
    }

    /// The mean cross entropy of embeddings `[N, D]` with labels `[N]` int64 in `0..<C`; 0 for an empty batch.
    ///
    /// While the module trains margins are drawn; else each is the mean.
    public func loss(_ embeddings: Tensor, _ labels: Tensor) -> Loss {
        labels.checkLabels(
            for: embeddings, dimension: weight.tensor.size(1), classes: classes, "ElasticFaceHead.loss")
        let (mean, deviation) = distribution
        guard isTraining else { return loss(embeddings, labels, amount: .same(mean)) }
        let margins = Tensor.normal(
            labels.shape, mean: mean, deviation: deviation, dtype: weight.tensor.dtype, device: labels.device,
            using: &draws)
        return loss(embeddings, labels, margins: margins)
    }

    /// The loss with margins `[N]` as they were drawn.
    func loss(_ embeddings: Tensor, _ labels: Tensor, margins: Tensor) -> Loss {
        let assigned = sortsMargins ? withoutGradients { sorted(margins, embeddings, labels) } : margins
        return loss(embeddings, labels, amount: .each(assigned))
    }

    private func loss(_ embeddings: Tensor, _ labels: Tensor, amount: AngularMargin.Amount) -> Loss {
        MarginSoftmax.loss(self, embeddings, labels, margin: margin(amount))
    }

    private func margin(_ amount: AngularMargin.Amount) -> AngularMargin {
        switch margin {
        case .arc: AngularMargin(angle: amount, overflow: overflow, gradient: gradient)
        case .cosine: AngularMargin(cosine: amount)
        }
    }

    /// The greater margins for the samples with the smaller target cosine.
    private func sorted(_ margins: Tensor, _ embeddings: Tensor, _ labels: Tensor) -> Tensor {
        let cosines = MarginSoftmax.targetCosines(embeddings: embeddings, weight: weight, labels: labels)
        let fromEasiest = cosines.sorted(along: 0, descending: true).indices
        let assigned = margins.zeros()
        assigned.put(margins.sorted(along: 0).values, at: fromEasiest, along: 0)
        return assigned
    }
}
