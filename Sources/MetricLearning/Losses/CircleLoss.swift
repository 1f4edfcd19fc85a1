public import NeuralNetwork
import Torch

/// Gives each similarity a pace of its own: the farther from where it should be, the faster.
///
/// With cosines s, relaxation m and scale g: `L = log(1 + sum_n e^(g a_n (s_n - m)) * sum_p e^(-g a_p (s_p - 1 + m)))`,
/// `a_p = [1 + m - s_p]+`, `a_n = [s_n + m]+`, through which no gradient flows. Sun et al., "Circle Loss", CVPR 2020, over
/// all pairs of the batch at once; the usual form takes it for each anchor. The paper's settings: 0.25 and 256 for faces,
/// 0.25 and 128 for persons, 0.4 and 80 for fine-grained retrieval.
public final class CircleLoss: Module, PairLoss {
    /// Over what the sums of the loss go.
    public enum Scope: String, Sendable, CaseIterable, Codable {
        /// The pairs of one anchor; the reducer is over anchors with both kinds of pairs.
        case anchor
        /// All pairs of the batch, as in the paper: a single number.
        case batch
    }

    private let relaxation: Double
    private let scale: Double
    private let scope: Scope
    private let reducer: any Reducer
    private let miner: (any Miner)?

    /// Creates the loss.
    ///
    /// - Parameters:
    ///   - relaxation: m, a cosine.
    ///   - scale: g, positive.
    ///   - scope: over what the sums go.
    ///   - reducer: over the anchors.
    ///   - miner: chooses the pairs; nil for all.
    public init(
        relaxation: Double = 0.4, scale: Double = 80, scope: Scope = .anchor,
        reducer: any Reducer = NonZeroMeanReducer(), miner: (any Miner)? = nil
    ) {
        require(scale > 0, "CircleLoss: expected a positive scale, got \(scale)")
        self.relaxation = relaxation
        self.scale = scale
        self.scope = scope
        self.reducer = reducer
        self.miner = miner
    }

    /// The loss of what is compared.
    public func loss(_ comparison: Comparison) -> Loss {
        let chosen = comparison.keeping(miner)
        let cosines = CosineSimilarity().pairwise(chosen.anchors, chosen.others)
        let fixed = cosines.detached()
        let positive = (-fixed + (1 + relaxation)).relu() * (cosines - (1 - relaxation)) * -scale
        let negative = (fixed + relaxation).relu() * (cosines - relaxation) * scale
        let rows = scope == .anchor ? cosines.size(0) : 1
        let columns = cosines.count / max(1, rows)
        func sums(_ values: Tensor, _ mask: Tensor) -> Tensor {
            values.reshaped([rows, columns]).logarithmOfSumOfExponentials(where: mask.reshaped([rows, columns]))
        }
        let losses = (sums(positive, chosen.positives) + sums(negative, chosen.negatives)).softplus()
        let hasBoth =
            chosen.positives.reshaped([rows, columns]).any(along: 1)
            .& chosen.negatives.reshaped([rows, columns]).any(along: 1)
        return Loss(reducer(losses, where: hasBoth))
    }
}
