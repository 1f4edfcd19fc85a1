import Files
import Torch

/// Scores in falling order, from which curves are made for as many resamples as wanted without sorting again.
struct RankedScores {
    private let scores: [Double]
    private let isPositive: [Bool]
    /// The position of each sample, before it was sorted.
    private let origins: [Int]

    /// - Throws: `UserFacingError` when a score is not finite.
    init(scores: [Double], isPositive: [Bool], _ operation: String) throws {
        require(
            scores.count == isPositive.count, "\(operation): \(scores.count) scores for \(isPositive.count) samples")
        if let broken = scores.firstIndex(where: { !$0.isFinite }) {
            throw UserFacingError(
                "scores", field: "[\(broken)]", problem: "is \(scores[broken])",
                remedy: "look for an embedding or a logit that is not finite")
        }
        let order = scores.indices.sorted { scores[$0] > scores[$1] }
        self.scores = order.map { scores[$0] }
        self.isPositive = order.map { isPositive[$0] }
        origins = order
    }

    var count: Int { scores.count }

    /// The curve where each sample counts as often as `multiplicities` says, or once; nil when either side is empty.
    func curve(multiplicities: [Int]? = nil) -> ReceiverOperatingCurve? {
        var curve = ReceiverOperatingCurve()
        for rank in scores.indices {
            let weight = multiplicities.map { $0[origins[rank]] } ?? 1
            guard weight > 0 else { continue }
            curve.append(
                scores[rank], positives: isPositive[rank] ? weight : 0, negatives: isPositive[rank] ? 0 : weight)
        }
        return curve.positives > 0 && curve.negatives > 0 ? curve : nil
    }
}
