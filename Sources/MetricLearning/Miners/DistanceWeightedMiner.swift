public import NeuralNetwork
import Randomness
public import Torch

/// For each positive pair a negative drawn such that all distances come up about equally often.
///
/// On a sphere most points are at a right angle, so plain draws find little else; here a negative at the distance d, of
/// normalised embeddings in D dimensions, is drawn with a weight of `1 / (d^(D - 2) (1 - d^2 / 4)^((D - 3) / 2))`. Distances below
/// `cutoff` weigh as much as that one, and from `farthest` on there is nothing to learn and the weight is 0; where that
/// leaves an anchor no negative, all of its negatives weigh the same. Wu et al., "Sampling Matters in Deep Embedding Learning",
/// ICCV 2017, section 4, with 0.5 and 1.4.
public final class DistanceWeightedMiner: Module, RandomizedModule, Miner {
    private let cutoff: Double
    private let farthest: Double
    private var generator: SeededGenerator

    /// Creates the miner.
    ///
    /// - Parameters:
    ///   - cutoff: positive.
    ///   - farthest: more than the cutoff and less than 2.
    ///   - generator: gives the seed of the draws.
    public init(
        cutoff: Double = 0.5, farthest: Double = 1.4, using generator: inout some RandomNumberGenerator
    ) {
        require(
            0 < cutoff && cutoff < farthest && farthest < 2,
            "DistanceWeightedMiner: expected 0 < cutoff < farthest < 2, got \(cutoff) and \(farthest)")
        self.cutoff = cutoff
        self.farthest = farthest
        self.generator = SeededGenerator(seed: generator.next())
    }

    /// Starts the draws anew.
    public func reseed(_ seed: UInt64) {
        generator = SeededGenerator(seed: seed)
    }

    /// One triplet for each positive pair whose anchor has a negative.
    public func mine(_ comparison: Comparison) -> MinedIndices {
        let pairs = IndexPairs(
            where: comparison.negatives.size(1) == 0
                ? comparison.positives : comparison.positives .& comparison.negatives.any(along: 1).unsqueezed(1))
        guard pairs.count > 0 else {
            return .triplets(IndexTriplets(anchors: pairs.anchors, positives: pairs.others, negatives: pairs.others))
        }
        // Each anchor draws as often as the anchor with the most positives needs; its k-th positive gets the k-th draw.
        let rank = comparison.positives.cumulativeSum(along: 1).reshaped([-1]).gathered(comparison.places(of: pairs))
        let draws = Int(rank.maximum().item())
        let drawn = Tensor.draws(draws, weights: chances(comparison), using: &generator)
        let place = pairs.anchors * Tensor(Int64(draws)).to(rank.device) + rank - Tensor(Int64(1)).to(rank.device)
        let negatives = drawn.reshaped([-1]).gathered(place)
        return .triplets(IndexTriplets(anchors: pairs.anchors, positives: pairs.others, negatives: negatives))
    }

    /// How likely each of the others is to be drawn for each anchor, `[N, M]`; every row adds up to 1.
    ///
    /// An anchor without negatives, for which nothing is drawn, has equal chances throughout.
    ///
    /// - Precondition: there are others.
    public func chances(_ comparison: Comparison) -> Tensor {
        let dimension = Double(comparison.anchors.size(1))
        let distances = EuclideanDistance().pairwise(comparison.anchors, comparison.others).detached()
        let held = distances.clamped(min: cutoff, max: farthest)
        let logarithms =
            held.logarithm() * (2 - dimension)
            - (-(held.squared() * 0.25) + 1).logarithm() * ((dimension - 3) / 2)
        // Also false where a distance is no number.
        let isNear = comparison.negatives .& (distances .< farthest)
        let greatest = logarithms.kept(where: isNear, else: -.infinity).maximum(along: [1], keeping: true)
        let weights = (logarithms - greatest).exponential().kept(where: isNear)
        // Rows without a near negative draw from all negatives; rows without any are not used, but must add up to something.
        let hasNear = isNear.any(along: 1).unsqueezed(1)
        let hasNegative = comparison.negatives.any(along: 1).unsqueezed(1)
        let even = (comparison.negatives .| .!hasNegative).to(weights.dtype)
        let all = weights.kept(where: hasNear, else: even)
        return all / all.sum(along: [1], keeping: true)
    }
}
