import Torch

/// Triplets whose negative is farther than the positive, but by no more than a margin: `0 < d_an - d_ap <= margin`.
///
/// Hard enough to teach, not so hard as to be an outlier. Schroff et al., "FaceNet", CVPR 2015, section 3.2.
public struct SemiHardMiner: Miner {
    /// Which of the negatives that would do are chosen for an anchor and a positive.
    public enum Selection: String, Sendable, CaseIterable, Codable {
        /// Every one; there may be very many triplets early in training.
        case every
        /// The closest to the anchor, the first of several equal ones.
        case closest
    }

    private let margin: Double
    private let selection: Selection
    private let distance: any Distance

    /// Creates the miner.
    ///
    /// - Parameters:
    ///   - margin: positive, in the unit of the distance.
    ///   - selection: which negatives are chosen.
    ///   - distance: how far apart embeddings are.
    public init(
        margin: Double = 0.2, selection: Selection = .every, distance: any Distance = EuclideanDistance()
    ) {
        require(margin > 0, "SemiHardMiner: expected a positive margin, got \(margin)")
        self.margin = margin
        self.selection = selection
        self.distance = distance
    }

    /// The triplets, by anchor, then positive, then negative.
    public func mine(_ comparison: Comparison) -> MinedIndices {
        let farness = distance.farness(comparison.anchors, comparison.others).detached()
        return .triplets(
            comparison.triplets { pairs in
                let toNegatives = farness.gathered(pairs.anchors)
                let toPositives = farness.reshaped([-1]).gathered(comparison.places(of: pairs)).unsqueezed(1)
                let excess = toNegatives - toPositives
                let mask = comparison.negatives.gathered(pairs.anchors) .& (excess .> 0) .& (excess .<= margin)
                guard selection == .closest else { return mask }
                let closest = toNegatives.kept(where: mask, else: .infinity).argumentMinimum(along: 1)
                return closest.membership(classes: mask.size(1)) .& mask
            })
    }
}

extension Comparison {
    /// The triplets of all positive pairs and those others that `choose` picks for them: pairs `[P]` to a mask `[P, M]`.
    func triplets(_ choose: (IndexPairs) -> Tensor) -> IndexTriplets {
        var parts: [IndexTriplets] = []
        forPartsOfPositivePairs { pairs in
            let chosen = IndexPairs(where: choose(pairs))
            parts.append(
                IndexTriplets(
                    anchors: pairs.anchors.gathered(chosen.anchors), positives: pairs.others.gathered(chosen.anchors),
                    negatives: chosen.others))
        }
        return IndexTriplets(joining: parts, device: anchors.device)
    }
}
