import Torch

/// Positives that are less alike than the most alike negative, and negatives more alike than the least alike positive.
///
/// Both with a tolerance: `s_p < max_n s_n + tolerance`, `s_n > min_p s_p - tolerance`. An anchor without positives keeps no
/// negatives, and one without negatives no positives. Wang et al., "Multi-Similarity Loss", CVPR 2019, with 0.1.
public struct MultiSimilarityMiner: Miner {
    private let tolerance: Double
    private let distance: any Distance

    /// Creates the miner.
    ///
    /// - Parameters:
    ///   - tolerance: in the unit of the similarity.
    ///   - distance: the similarity s, or its negative.
    public init(tolerance: Double = 0.1, distance: any Distance = CosineSimilarity()) {
        self.tolerance = tolerance
        self.distance = distance
    }

    /// The pairs.
    public func mine(_ comparison: Comparison) -> MinedIndices {
        var (positive, negative) = (comparison.positives, comparison.negatives)
        if positive.count > 0 {
            let closeness = distance.closeness(comparison.anchors, comparison.others).detached()
            let bestNegative = closeness.kept(where: negative, else: -.infinity).maximum(along: [1], keeping: true)
            let worstPositive = closeness.kept(where: positive, else: .infinity).minimum(along: [1], keeping: true)
            positive = positive .& (closeness - tolerance .< bestNegative)
            negative = negative .& (worstPositive .< closeness + tolerance)
        }
        return .pairs(positives: IndexPairs(where: positive), negatives: IndexPairs(where: negative))
    }
}
