/// How well a score tells unknown samples from known ones, whatever the threshold.
///
/// Scores are higher for the more unknown. Rates at a fixed share and average precisions depend on which class is called
/// positive, on which publications differ, so each name says it.
public struct UnknownDetection: Sendable, Equatable {
    /// The curve with the unknown samples positive.
    public let curveWithUnknownPositive: ReceiverOperatingCurve

    /// The curve with the known samples positive, by minus the score.
    public let curveWithKnownPositive: ReceiverOperatingCurve

    /// Compares scores.
    ///
    /// - Parameters:
    ///   - known: the scores of samples of known classes, at least one.
    ///   - unknown: the scores of samples of unknown classes, at least one.
    /// - Throws: `UserFacingError` when either is empty, or a score is not finite.
    public init(known: [Double], unknown: [Double]) throws {
        self.init(try ReceiverOperatingCurve(scores: known + unknown, isPositive: Self.answers(known, unknown)))
    }

    init(_ curve: ReceiverOperatingCurve) {
        curveWithUnknownPositive = curve
        curveWithKnownPositive = curve.exchanged()
    }

    static func answers(_ known: [Double], _ unknown: [Double]) -> [Bool] {
        known.map { _ in false } + unknown.map { _ in true }
    }

    /// The chance that an unknown sample looks more unknown than a known one, ties counting half: AUROC.
    public var area: Double { curveWithUnknownPositive.area }

    /// The average precision of finding unknown samples: AUPR-out.
    public var averagePrecisionWithUnknownPositive: Double { curveWithUnknownPositive.averagePrecision }

    /// The average precision of finding known samples: AUPR-in.
    public var averagePrecisionWithKnownPositive: Double { curveWithKnownPositive.averagePrecision }

    /// The share of unknown samples that are accepted where at least `target` of the known ones are: the classic FPR95.
    ///
    /// - Parameter target: a share of the known samples, from 0 to 1.
    public func falsePositiveRateWithKnownPositive(atTruePositiveRate target: Double = 0.95) -> Double {
        curveWithKnownPositive.falsePositiveRate(atTruePositiveRate: target)
    }

    /// The share of known samples that are rejected where at least `target` of the unknown ones are: OpenOOD's FPR95.
    ///
    /// - Parameter target: a share of the unknown samples, from 0 to 1.
    public func falsePositiveRateWithUnknownPositive(atTruePositiveRate target: Double = 0.95) -> Double {
        curveWithUnknownPositive.falsePositiveRate(atTruePositiveRate: target)
    }
}

extension Bootstrap {
    /// The interval of a number that tells how well unknown samples are detected, by drawing samples of both kinds.
    ///
    /// - Parameters:
    ///   - known: the scores of samples of known classes, at least one.
    ///   - unknown: the scores of samples of unknown classes, at least one.
    ///   - statistic: reads the number off a resample; nil where it is undefined.
    /// - Throws: `UserFacingError` when a score is not finite, or the statistic is undefined in every resample.
    public func interval(
        known: [Double], unknown: [Double], _ statistic: (UnknownDetection) -> Double?
    ) throws -> ConfidenceInterval {
        try interval(scores: known + unknown, isPositive: UnknownDetection.answers(known, unknown)) {
            statistic(UnknownDetection($0))
        }
    }
}
