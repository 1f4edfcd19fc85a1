public import NeuralNetwork
import Torch

/// Pulls positives within a sphere around each anchor, and pushes negatives out of a wider one, the nearest hardest.
///
/// With Euclidean distances d of normalised embeddings, an anchor i has the excesses `e_p = d_ip - (boundary - margin)` of its
/// positives and `e_n = boundary - d_in` of its negatives. Of those above 0,
/// `L_i = (1 - negativeShare) sum_p w_p e_p / sum_p w_p + negativeShare sum_n w_n e_n / sum_n w_n`, where
/// `w_p = e^(positiveScale e_p)` and `w_n = e^(negativeScale e_n)`; an anchor without such positives or negatives has 0 for
/// that part. L reduces `L_i` over all anchors. Wang et al., "Ranked List Loss for Deep Metric Learning", CVPR 2019. The
/// numbers are those of the authors' published settings: margin 0.4, boundary 1 + margin / 2, scales 0 and 10.
///
/// The weights have no derivative, nor have the embeddings that an anchor is compared with, each of which is an anchor of its
/// own; the authors' code has it so. pytorch-metric-learning has both
/// derivatives, and passes over negatives at distance 0. Choose it where classes have several looks: positives within the
/// sphere are left as they are. Wants several samples of a class in a batch.
public final class RankedListLoss: Module, PairLoss {
    private let boundary: Double
    private let margin: Double
    private let negativeShare: Double
    private let positiveScale: Double
    private let negativeScale: Double
    private let reducer: any Reducer

    /// Creates the loss.
    ///
    /// - Parameters:
    ///   - boundary: the distance beyond which negatives are left alone, within 0...2; the paper's alpha.
    ///   - margin: how much nearer than the boundary positives must be to be left alone, 0 or more; the paper's m.
    ///   - negativeShare: the weight of the negatives' part, 0...1; that of the positives' is the rest.
    ///   - positiveScale: how much more a farther positive weighs, 0 or more; 0 weighs all alike.
    ///   - negativeScale: how much more a nearer negative weighs, 0 or more; the paper's T.
    ///   - reducer: over the anchors.
    public init(
        boundary: Double = 1.2, margin: Double = 0.4, negativeShare: Double = 0.5, positiveScale: Double = 0,
        negativeScale: Double = 10, reducer: any Reducer = MeanReducer()
    ) {
        require(
            (0...2).contains(boundary) && margin >= 0,
            "RankedListLoss: expected a boundary in 0...2 and a margin of 0 or more, got \(boundary) and \(margin)")
        require(
            (0...1).contains(negativeShare) && positiveScale >= 0 && negativeScale >= 0,
            "RankedListLoss: expected a share in 0...1 and scales of 0 or more, got \(negativeShare), \(positiveScale) and \(negativeScale)"
        )
        self.boundary = boundary
        self.margin = margin
        self.negativeShare = negativeShare
        self.positiveScale = positiveScale
        self.negativeScale = negativeScale
        self.reducer = reducer
    }

    /// The loss of what is compared.
    public func loss(_ comparison: Comparison) -> Loss {
        let distances = EuclideanDistance().pairwise(comparison.anchors, comparison.others.detached())
        let near = weighted(distances - (boundary - margin), positiveScale, where: comparison.positives)
        let far = weighted(-distances + boundary, negativeScale, where: comparison.negatives)
        return Loss(reducer(near * (1 - negativeShare) + far * negativeShare))
    }

    /// The mean of each row's excesses above 0, weighted by the exponential of their multiple: `[N, M]` to `[N]`.
    private func weighted(_ excess: Tensor, _ scale: Double, where mask: Tensor) -> Tensor {
        // Not `excess .> 0`, so that what is no number stays.
        let counted = mask .& .!(excess .<= 0)
        let weights = (excess.detached() * scale).kept(where: counted, else: -1e30).softmax(along: 1)
        return (weights * excess.kept(where: counted)).sum(along: [1])
    }
}
