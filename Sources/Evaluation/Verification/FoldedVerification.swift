import Files
import Torch

/// The protocol of Labeled Faces in the Wild: the threshold is chosen on nine folds of pairs, and measured on the tenth.
///
/// Folds are parts of the list in the order of the file. A pair is taken for one identity when its distance is strictly
/// less than the threshold; of several best thresholds the least is taken. Huang et al., "Labeled Faces in the Wild", 2007, view 2.
public struct FoldedVerification: Sendable {
    /// One fold, measured with what was chosen on the others.
    public struct Fold: Sendable, Equatable {
        /// The pairs of the fold.
        public let pairs: Range<Int>
        /// The threshold on the distance.
        public let threshold: Double
        /// The share of right answers in the fold, from 0 to 1.
        public let accuracy: Double
    }

    /// The validation rate (VAL) at a false accept rate (FAR).
    public struct ValidationRate: Sendable, Equatable {
        /// The accepted share of the pairs of one identity over the folds.
        public let validation: MeanAndDeviation
        /// The accepted share of the pairs of two identities over the folds, which the threshold has not seen.
        public let falseAcceptance: MeanAndDeviation
        /// The threshold on the distance in each fold: a pair is accepted when its distance is strictly less.
        public let thresholds: [Double]
    }

    /// The folds in the order of the file.
    public let folds: [Fold]

    /// The accuracy over the folds.
    public let accuracy: MeanAndDeviation

    /// Which thresholds were tried.
    public let candidates: ThresholdCandidates

    private let distances: [Double]
    private let isSame: [Bool]
    private let ranked: RankedScores

    /// Chooses and measures for each fold.
    ///
    /// Where the pairs cannot be divided evenly, the first folds have one more.
    ///
    /// - Parameters:
    ///   - distances: a distance for each pair in the order of the file, `[P]`: squared Euclidean ones of unit vectors
    ///     where `candidates` are the published ones.
    ///   - isSame: whether each pair is of one identity, `[P]`.
    ///   - folds: the number of folds, at least 2.
    ///   - candidates: among which thresholds the best is looked for.
    /// - Throws: `UserFacingError` when a distance is not finite, or a fold lacks pairs of one or of two identities.
    /// - Precondition: both are of one length.
    public init(
        distances: [Double], isSame: [Bool], folds: Int = 10, candidates: ThresholdCandidates = .published
    ) throws {
        require(
            distances.count == isSame.count && folds >= 2,
            "FoldedVerification: \(distances.count) distances for \(isSame.count) pairs in \(folds) folds")
        if let broken = distances.firstIndex(where: { !$0.isFinite }) {
            throw UserFacingError(
                "pairs", field: "[\(broken)]", problem: "the distance is \(distances[broken])",
                remedy: "look for an embedding that is not finite")
        }
        let (size, more) = distances.count.quotientAndRemainder(dividingBy: folds)
        let ranges = (0..<folds).map { fold in
            fold * size + min(fold, more)..<(fold + 1) * size + min(fold + 1, more)
        }
        for (fold, range) in ranges.enumerated() {
            let same = isSame[range].count { $0 }
            guard same > 0 && same < range.count else {
                throw UserFacingError(
                    "pairs", field: "fold \(fold + 1) of \(folds)",
                    problem: "\(same) of its \(range.count) pairs are of one identity",
                    remedy: "keep the pairs in the order of the file, in which each fold has both kinds")
            }
        }
        self.distances = distances
        self.isSame = isSame
        self.candidates = candidates
        ranked = try RankedScores(scores: distances.map { -$0 }, isPositive: isSame, "FoldedVerification")
        self.folds = ranges.map { range in
            let rest = Self.rest(of: distances, without: range)
            let threshold = Self.firstBest(
                candidates.values(for: rest), rest, Self.rest(of: isSame, without: range))
            let right = range.count { (distances[$0] < threshold) == isSame[$0] }
            return Fold(pairs: range, threshold: threshold, accuracy: Double(right) / Double(range.count))
        }
        accuracy = MeanAndDeviation(self.folds.map(\.accuracy))
    }

    /// The share of pairs of one identity accepted at a false accept rate that the other folds keep to.
    ///
    /// The threshold is the largest whose false accept rate on the other folds is at most `target`. The published programs
    /// interpolate between rates, which many thresholds share, so that theirs is not well defined.
    ///
    /// - Parameter target: a share of the pairs of two identities, above 0 and at most 1; 0.001 in most publications.
    /// - Returns: not measurable when `target` is less than one pair of the other folds.
    public func validationRate(atFalseAcceptRate target: Double) -> Measured<ValidationRate> {
        var (validation, falseAcceptance, thresholds): ([Double], [Double], [Double]) = ([], [], [])
        for fold in folds {
            let others = distances.indices.map { fold.pairs.contains($0) ? 0 : 1 }
            guard let curve = ranked.curve(multiplicities: others) else {
                fatalError("FoldedVerification: the folds beside \(fold.pairs) lack pairs of one kind")
            }
            switch curve.operatingPoint(atFalsePositiveRate: target) {
            case .notMeasurable(let target, let negatives):
                return .notMeasurable(target: target, negatives: negatives)
            case .measured(let point):
                let same = fold.pairs.filter { isSame[$0] }
                let different = fold.pairs.filter { !isSame[$0] }
                func accepted(_ pairs: [Int]) -> Double {
                    Double(pairs.count { distances[$0] < -point.threshold }) / Double(pairs.count)
                }
                validation.append(accepted(same))
                falseAcceptance.append(accepted(different))
                thresholds.append(-point.threshold)
            }
        }
        return .measured(
            ValidationRate(
                validation: MeanAndDeviation(validation), falseAcceptance: MeanAndDeviation(falseAcceptance),
                thresholds: thresholds))
    }

    private static func rest<Element>(of values: [Element], without range: Range<Int>) -> [Element] {
        Array(values[..<range.lowerBound] + values[range.upperBound...])
    }

    /// The least of the rising `thresholds` with the most right answers.
    private static func firstBest(_ thresholds: [Double], _ distances: [Double], _ isSame: [Bool]) -> Double {
        // At each threshold, how many more answers are right than at the one before.
        var gained = [Int](repeating: 0, count: thresholds.count + 1)
        for (distance, same) in zip(distances, isSame) {
            var (low, high) = (0, thresholds.count)
            while low < high {
                let middle = (low + high) / 2
                if distance < thresholds[middle] { high = middle } else { low = middle + 1 }
            }
            gained[low] += same ? 1 : -1
        }
        var (best, most, right) = (0, Int.min, 0)
        for index in thresholds.indices {
            right += gained[index]
            if right > most { (best, most) = (index, right) }
        }
        return thresholds[best]
    }
}
