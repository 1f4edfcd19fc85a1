import Torch

/// For each anchor one positive and one negative, each chosen by a rule of its own.
///
/// Xuan et al., "Improved Embeddings with Easy Positive Triplet Mining", WACV 2020: the easiest positive with a semi-hard
/// negative lets a class spread out, where the hardest one would fold it to a point.
public struct BatchEasyHardMiner: Miner {
    /// Which of an anchor's positives or negatives are chosen; of several equal ones the first.
    public enum Choice: String, Sendable, CaseIterable, Codable {
        /// The closest positive, or the farthest negative.
        case easiest
        /// The farthest positive, or the closest negative.
        case hardest
        /// The hardest of those that are on the right side of the one chosen on the other side: a positive closer than it, or a
        /// negative farther than it.
        case semiHard
        /// All; the result is then pairs, not triplets.
        case all
    }

    private let positives: Choice
    private let negatives: Choice
    private let distance: any Distance

    /// Creates the miner.
    ///
    /// - Parameters:
    ///   - positives: how positives are chosen.
    ///   - negatives: how negatives are chosen; semi-hard on one side only, and not beside all.
    ///   - distance: how far apart embeddings are.
    public init(
        positives: Choice = .easiest, negatives: Choice = .semiHard, distance: any Distance = EuclideanDistance()
    ) {
        let choices = [positives, negatives]
        require(
            !choices.contains(.semiHard) || choices.contains(.easiest) || choices.contains(.hardest),
            "BatchEasyHardMiner: expected easiest or hardest beside semiHard, got \(positives) and \(negatives)")
        self.positives = positives
        self.negatives = negatives
        self.distance = distance
    }

    /// One triplet for each anchor that has both, or pairs where all of a side are wanted.
    public func mine(_ comparison: Comparison) -> MinedIndices {
        let farness = distance.farness(comparison.anchors, comparison.others).detached()
        var positive = comparison.positives
        var negative = comparison.negatives
        if positives != .semiHard { positive = chosen(farness, positive, positives, farthest: positives == .hardest) }
        if negatives != .semiHard { negative = chosen(farness, negative, negatives, farthest: negatives == .easiest) }
        if positives == .semiHard {
            positive = chosen(farness, positive .& (farness .< single(farness, negative)), positives, farthest: true)
        }
        if negatives == .semiHard {
            negative = chosen(farness, negative .& (single(farness, positive) .< farness), negatives, farthest: false)
        }
        if positives == .all || negatives == .all {
            return .pairs(positives: IndexPairs(where: positive), negatives: IndexPairs(where: negative))
        }
        let hasBoth = (positive.any(along: 1) .& negative.any(along: 1)).unsqueezed(1)
        let positivePairs = IndexPairs(where: positive .& hasBoth)
        let negativePairs = IndexPairs(where: negative .& hasBoth)
        return .triplets(
            IndexTriplets(
                anchors: positivePairs.anchors, positives: positivePairs.others, negatives: negativePairs.others))
    }

    /// The mask of one pair of `mask` in each row that has any, or of all.
    private func chosen(_ farness: Tensor, _ mask: Tensor, _ choice: Choice, farthest: Bool) -> Tensor {
        guard choice != .all, mask.count > 0 else { return mask }
        let index =
            farthest
            ? farness.kept(where: mask, else: -.infinity).argumentMaximum(along: 1)
            : farness.kept(where: mask, else: .infinity).argumentMinimum(along: 1)
        return index.membership(classes: mask.size(1)) .& mask
    }

    /// The distance of the one pair chosen in each row, `[N, 1]`; no number in a row without.
    private func single(_ farness: Tensor, _ mask: Tensor) -> Tensor {
        let sum = farness.kept(where: mask).sum(along: [1], keeping: true)
        return sum.kept(where: mask.any(along: 1).unsqueezed(1), else: .nan)
    }
}
