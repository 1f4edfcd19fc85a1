import Files
import Randomness
import Torch

/// Confidence intervals by drawing the samples again and again, with replacement: the percentile bootstrap.
///
/// Efron, "Bootstrap methods: another look at the jackknife", 1979. The ends are quantiles between which is interpolated
/// linearly. Resample `r` is drawn by a generator of its own, so that a result depends on the seed alone.
public struct Bootstrap: Sendable, Equatable {
    /// How many times the samples are drawn.
    public let resamples: Int

    /// How much of the distribution lies between the ends, from 0 to 1.
    public let confidence: Double

    /// The seed of all draws.
    public let seed: UInt64

    /// Sets up the draws.
    ///
    /// - Parameters:
    ///   - resamples: how many times the samples are drawn.
    ///   - confidence: how much of the distribution lies between the ends, between 0 and 1.
    ///   - seed: the seed of all draws.
    /// - Precondition: `resamples` is positive and `confidence` lies between 0 and 1.
    public init(resamples: Int = 1000, confidence: Double = 0.95, seed: UInt64) {
        require(resamples > 0, "Bootstrap: expected a positive number of resamples, got \(resamples)")
        require(confidence > 0 && confidence < 1, "Bootstrap: expected a confidence between 0 and 1, got \(confidence)")
        self.resamples = resamples
        self.confidence = confidence
        self.seed = seed
    }

    /// The interval of a statistic of independent samples.
    ///
    /// - Parameters:
    ///   - count: how many samples there are.
    ///   - statistic: is given how often each sample was drawn, `[count]`; nil where it is undefined, such as a rate of no
    ///     sample. Those resamples are left out.
    /// - Throws: `UserFacingError` when there is no sample, or the statistic is undefined in every resample.
    public func interval(count: Int, _ statistic: ([Int]) -> Double?) throws -> ConfidenceInterval {
        try interval(drawing: count) { statistic($0) }
    }

    /// The interval of a statistic of pairs, by drawing the identities: pairs that share one are not independent.
    ///
    /// A pair of two identities counts as often as the product of their draws, a pair within one as often as its draws.
    /// Bolle, Ratha and Pankanti, "Error analysis of pattern recognition systems: the subsets bootstrap", 2004.
    ///
    /// - Parameters:
    ///   - first: the identity of the first sample of each pair, `[P]`.
    ///   - second: the identity of the second sample of each pair, `[P]`.
    ///   - statistic: is given how often each pair counts, `[P]`; nil where it is undefined.
    /// - Throws: `UserFacingError` when there is no pair, or the statistic is undefined in every resample.
    /// - Precondition: both are of one length.
    public func interval(
        overIdentities first: [Int64], _ second: [Int64], _ statistic: ([Int]) -> Double?
    ) throws -> ConfidenceInterval {
        require(first.count == second.count, "Bootstrap: \(first.count) first and \(second.count) second identities")
        let identities = Set(first).union(second).sorted()
        let places = Dictionary(uniqueKeysWithValues: identities.enumerated().map { ($1, $0) })
        let pairs = zip(first, second).map { (places[$0] ?? 0, places[$1] ?? 0) }
        return try interval(drawing: identities.count) { draws in
            statistic(pairs.map { $0 == $1 ? draws[$0] : draws[$0] * draws[$1] })
        }
    }

    /// The interval of a number read off a curve, by drawing samples.
    ///
    /// - Parameters:
    ///   - scores: one finite number a sample, higher for the positive class.
    ///   - isPositive: whether each sample is of the positive class.
    ///   - statistic: reads a number off the curve of a resample; nil where it is undefined. A resample without one of
    ///     the classes is left out before.
    /// - Throws: `UserFacingError` when a score is not finite, or the statistic is undefined in every resample.
    /// - Precondition: both are of one length.
    public func interval(
        scores: [Double], isPositive: [Bool], _ statistic: (ReceiverOperatingCurve) -> Double?
    ) throws -> ConfidenceInterval {
        let ranked = try RankedScores(scores: scores, isPositive: isPositive, "Bootstrap")
        return try interval(count: scores.count) { ranked.curve(multiplicities: $0).flatMap(statistic) }
    }

    /// The interval of a number read off the curve of pairs, by drawing identities.
    ///
    /// - Parameters:
    ///   - scores: one finite number a pair, higher for the same identity.
    ///   - first: the identity of the first sample of each pair, `[P]`.
    ///   - second: the identity of the second sample of each pair, `[P]`.
    ///   - statistic: reads a number off the curve of a resample; nil where it is undefined.
    /// - Throws: `UserFacingError` when a score is not finite, or the statistic is undefined in every resample.
    /// - Precondition: all are of one length.
    public func interval(
        scores: [Double], overIdentities first: [Int64], _ second: [Int64],
        _ statistic: (ReceiverOperatingCurve) -> Double?
    ) throws -> ConfidenceInterval {
        let ranked = try RankedScores(scores: scores, isPositive: zip(first, second).map { $0 == $1 }, "Bootstrap")
        return try interval(overIdentities: first, second) { ranked.curve(multiplicities: $0).flatMap(statistic) }
    }

    private func interval(drawing count: Int, _ statistic: ([Int]) -> Double?) throws -> ConfidenceInterval {
        guard count > 0 else {
            throw UserFacingError("bootstrap", problem: "there is nothing to draw from", remedy: "give samples")
        }
        var values: [Double] = []
        for resample in 0..<resamples {
            var generator = SeededGenerator(seed: seed, path: UInt64(resample))
            var draws = [Int](repeating: 0, count: count)
            for _ in 0..<count { draws[generator.index(below: count)] += 1 }
            if let value = statistic(draws) { values.append(value) }
        }
        guard !values.isEmpty else {
            throw UserFacingError(
                "bootstrap", problem: "the statistic is undefined in all of \(resamples) resamples",
                remedy: "give more samples of each class")
        }
        values.sort()
        return ConfidenceInterval(
            lower: Self.quantile((1 - confidence) / 2, of: values),
            upper: Self.quantile((1 + confidence) / 2, of: values), confidence: confidence, resamples: values.count)
    }

    private static func quantile(_ share: Double, of sorted: [Double]) -> Double {
        let place = share * Double(sorted.count - 1)
        let below = Int(place)
        let above = min(below + 1, sorted.count - 1)
        return sorted[below] + (sorted[above] - sorted[below]) * (place - Double(below))
    }
}
