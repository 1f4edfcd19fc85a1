import Foundation
import Torch

/// Triplets in which the negative sees the pair under a large angle: `atan(|a - p| / (2 |n - (a + p) / 2|)) > angle`.
///
/// Wang et al., "Deep Metric Learning with Angular Loss", ICCV 2017, section 3.2: an angle does not change with the size of the
/// whole figure, so one threshold suits tight and loose classes.
public struct AngularMiner: Miner {
    private let angle: Angle
    private let normalized: Bool

    /// Creates the miner.
    ///
    /// - Parameters:
    ///   - angle: between 0 and 90 degrees.
    ///   - normalized: whether embeddings are normalised to length 1 first.
    public init(angle: Angle = .degrees(20), normalized: Bool = true) {
        require(
            angle.radians > 0 && angle.radians < .pi / 2,
            "AngularMiner: expected an angle between 0 and 90 degrees, got \(angle.radians) radians")
        self.angle = angle
        self.normalized = normalized
    }

    /// The triplets, by anchor, then positive, then negative.
    public func mine(_ comparison: Comparison) -> MinedIndices {
        let anchors = prepared(comparison.anchors)
        let others = prepared(comparison.others)
        // The condition without the arc tangent, and so without dividing by a distance of 0.
        let factor = 2 * tan(angle.radians)
        return .triplets(
            comparison.triplets { pairs in
                let (a, p) = (anchors.gathered(pairs.anchors), others.gathered(pairs.others))
                let toCenters = ((a + p) * 0.5).euclideanDistances(to: others)
                let isWide = toCenters * factor .< (a - p).norm(along: 1, keeping: true)
                return comparison.negatives.gathered(pairs.anchors) .& isWide
            })
    }

    private func prepared(_ embeddings: Tensor) -> Tensor {
        normalized ? embeddings.detached().normalizedRows() : embeddings.detached()
    }
}
