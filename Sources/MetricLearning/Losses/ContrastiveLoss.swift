public import NeuralNetwork
import Torch

/// Draws pairs of one class together up to a margin, and pushes pairs of two classes apart up to another.
///
/// With a distance d, `L = reduce_p [d_p - positiveMargin]+ + reduce_n [negativeMargin - d_n]+` over positive pairs p and
/// negative pairs n; with a similarity s, `[positiveMargin - s_p]+` and `[s_n - negativeMargin]+`, for which margins of 1 and 0
/// are usual. ``Form/squared`` is the loss of Hadsell, Chopra and LeCun, "Dimensionality Reduction by Learning an Invariant
/// Mapping", CVPR 2006. Simple and sturdy where pairs, not classes, are known.
public final class ContrastiveLoss: Module, PairLoss {
    /// What is made of the excess over a margin.
    public enum Form: String, Sendable, CaseIterable, Codable {
        /// The excess itself; positive and negative pairs are reduced each on their own.
        case linear
        /// Half its square; all pairs are reduced together, so that the many negative ones weigh more.
        case squared
    }

    private let positiveMargin: Double
    private let negativeMargin: Double
    private let form: Form
    private let distance: any Distance
    private let reducer: any Reducer
    private let miner: (any Miner)?

    /// Creates the loss.
    ///
    /// - Parameters:
    ///   - positiveMargin: in the unit of the distance.
    ///   - negativeMargin: in the unit of the distance.
    ///   - form: linear or squared.
    ///   - distance: how far apart embeddings are.
    ///   - reducer: over the pairs; nil for the mean over those above 0, or over all for the squared form.
    ///   - miner: chooses the pairs; nil for all.
    public init(
        positiveMargin: Double = 0, negativeMargin: Double = 1, form: Form = .linear,
        distance: any Distance = EuclideanDistance(), reducer: (any Reducer)? = nil,
        miner: (any Miner)? = nil
    ) {
        self.positiveMargin = positiveMargin
        self.negativeMargin = negativeMargin
        self.form = form
        self.distance = distance
        self.reducer = reducer ?? (form == .linear ? NonZeroMeanReducer() : MeanReducer())
        self.miner = miner
    }

    /// The loss of what is compared.
    public func loss(_ comparison: Comparison) -> Loss {
        let chosen = comparison.keeping(miner)
        let values = distance.pairwise(chosen.anchors, chosen.others)
        let sign: Double = distance.largerMeansCloser ? -1 : 1
        let positive = ((values - positiveMargin) * sign).relu()
        let negative = ((values - negativeMargin) * -sign).relu()
        switch form {
        case .linear:
            return Loss(reducer(positive, where: chosen.positives) + reducer(negative, where: chosen.negatives))
        case .squared:
            let excess = positive.kept(where: chosen.positives, else: negative)
            return Loss(reducer(excess.squared() * 0.5, where: chosen.positives .| chosen.negatives))
        }
    }
}
