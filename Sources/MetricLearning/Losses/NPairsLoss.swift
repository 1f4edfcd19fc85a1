public import NeuralNetwork
import Torch

/// Wants an anchor's one positive above the positives of all other classes.
///
/// Of each class with two samples or more, the first is the anchor a and the first that it may be paired with the positive
/// p; then `L = mean_i -log softmax_j(s(a_i, p_j))[i] + regularization * mean_i (|a_i|^2 + |p_i|^2) / 2`. Sohn, "Improved Deep
/// Metric Learning with Multi-class N-pair Loss Objective", NIPS 2016, where s is the plain product and the lengths
/// are held down by 0.002; here lengths are 1 unless asked otherwise. Made for batches of two samples a class.
public final class NPairsLoss: Module, PairLoss {
    private let normalized: Bool
    private let scale: Double
    private let regularization: Double
    private let reducer: any Reducer

    /// Creates the loss.
    ///
    /// - Parameters:
    ///   - normalized: whether the cosine is taken, otherwise the product.
    ///   - scale: a factor of s; with cosines, about 10 to 30 lets the loss come near 0.
    ///   - regularization: the weight of the squared lengths of the embeddings as they come, from 0.
    ///   - reducer: over the anchors.
    public init(
        normalized: Bool = true, scale: Double = 1, regularization: Double = 0, reducer: any Reducer = MeanReducer()
    ) {
        require(
            scale > 0 && regularization >= 0,
            "NPairsLoss: expected a positive scale and a regularization from 0, got \(scale) and \(regularization)")
        self.normalized = normalized
        self.scale = scale
        self.regularization = regularization
        self.reducer = reducer
    }

    /// The loss of what is compared.
    public func loss(_ comparison: Comparison) -> Loss {
        let pairs = Self.onePairOfEachClass(comparison)
        let anchors = comparison.anchors.gathered(pairs.anchors)
        let positives = comparison.others.gathered(pairs.others)
        let products = (normalized ? anchors.normalizedRows() : anchors)
            .matrixProduct((normalized ? positives.normalizedRows() : positives).transposed())
        let losses = -(products * scale).logarithmOfSoftmax(along: 1).diagonal()
        let value = reducer(losses)
        guard regularization > 0 else { return Loss(value) }
        let squares = (anchors.squared() + positives.squared()).sum(along: [1]) * 0.5
        return Loss(value + MeanReducer()(squares) * regularization)
    }

    private static func onePairOfEachClass(_ comparison: Comparison) -> IndexPairs {
        let labels = comparison.anchorLabels
        let mask = comparison.positives
        guard labels.count > 0, mask.size(1) > 0 else { return IndexPairs(where: mask) }
        let hasPositive = mask.any(along: 1)
        // How many anchors of the class with a positive there are up to each.
        let rank = (labels.unsqueezed(1).equals(labels.unsqueezed(0)) .& hasPositive.unsqueezed(0))
            .to(.int64).cumulativeSum(along: 1).diagonal()
        let isFirst = hasPositive .& (rank .<= 1)
        // The first positive of each anchor is where the running count of its positives is 1.
        let first = mask .& (mask.cumulativeSum(along: 1) .<= 1)
        return IndexPairs(where: first .& isFirst.unsqueezed(1))
    }
}
