import Files
import Torch

/// How well a classifier names known samples while it rejects unknown ones: the open-set classification rate.
///
/// At each threshold the correct classification rate (CCR) is the share of all known samples that are accepted and named
/// rightly, and the false positive rate (FPR) that of unknown samples that are accepted. Dhamija, Günther and Boult,
/// "Reducing network agnostophobia", 2018, eq. 4 and 5.
public struct OpenSetClassification: Sendable, Equatable {
    /// The share of known samples that are named rightly when none is rejected, from 0 to 1.
    public let closedSetAccuracy: Double

    /// How many samples are unknown.
    public let unknown: Int

    /// The curve of the rightly named known samples over the unknown ones; nil when none is named rightly.
    private let curve: ReceiverOperatingCurve?

    /// Compares scores.
    ///
    /// - Parameters:
    ///   - known: the scores of samples of known classes, `[N]`, higher for the more unknown.
    ///   - isCorrect: whether the classifier names each known sample rightly, `[N]`.
    ///   - unknown: the scores of samples of unknown classes.
    /// - Throws: `UserFacingError` when there is no known or no unknown sample, or a score is not finite.
    /// - Precondition: `known` and `isCorrect` are of one length.
    public init(known: [Double], isCorrect: [Bool], unknown: [Double]) throws {
        require(
            known.count == isCorrect.count,
            "OpenSetClassification: \(known.count) scores for \(isCorrect.count) answers")
        // Refuses what cannot be compared, the wrongly named samples included.
        _ = try UnknownDetection(known: known, unknown: unknown)
        let accepted = zip(known, isCorrect).filter(\.1).map { -$0.0 }
        curve = try RankedScores(
            scores: accepted + unknown.map { -$0 },
            isPositive: accepted.map { _ in true } + unknown.map { _ in false }, "OpenSetClassification"
        ).curve()
        closedSetAccuracy = Double(accepted.count) / Double(known.count)
        self.unknown = unknown.count
    }

    /// The area under the correct classification rate over the false positive rate: OSCR, from 0 to the accuracy.
    ///
    /// The chance that a known sample is named rightly and looks more known than an unknown one, ties counting half.
    public var area: Double { closedSetAccuracy * (curve?.area ?? 0) }

    /// The correct classification rate of the largest acceptance whose false positive rate is at most `target`.
    ///
    /// - Parameter target: a share of the unknown samples, above 0 and at most 1.
    /// - Returns: not measurable when `target` is less than one unknown sample.
    public func correctClassificationRate(atFalsePositiveRate target: Double) -> Measured<Double> {
        guard let curve else {
            return 1 / Double(unknown) <= target
                ? .measured(0) : .notMeasurable(target: target, negatives: unknown)
        }
        return curve.operatingPoint(atFalsePositiveRate: target).map { closedSetAccuracy * $0.truePositiveRate }
    }
}
