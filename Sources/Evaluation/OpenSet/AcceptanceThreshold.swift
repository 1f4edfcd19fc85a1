import Files
import Torch

/// Above or below which score a sample is accepted, calibrated on validation scores for a chosen false accept rate.
///
/// To be saved with a model: it tells for which score it is, and on how many samples what was measured.
public struct AcceptanceThreshold: Sendable, Equatable, Codable {
    /// Which score it is for.
    public let kind: ScoreKind

    /// The last score that is rejected.
    public let threshold: Double

    /// The false accept rate that was asked for, between 0 and 1.
    public let target: Double

    /// How many samples of the validation set should be rejected.
    public let impostors: Int

    /// How many of them are accepted.
    public let falseAccepts: Int

    /// How many samples of the validation set should be accepted.
    public let genuine: Int

    /// How many of them are accepted.
    public let trueAccepts: Int

    /// The false accept rate that was achieved, at most ``target``.
    public var falseAcceptRate: Double { Double(falseAccepts) / Double(impostors) }

    /// The share of genuine samples that are accepted, from 0 to 1.
    public var trueAcceptRate: Double { Double(trueAccepts) / Double(genuine) }

    /// Chooses the largest acceptance whose measured false accept rate is at most `target`.
    ///
    /// - Parameters:
    ///   - genuine: the scores of validation samples that should be accepted.
    ///   - impostors: the scores of validation samples that should be rejected.
    ///   - target: a share of the impostors, between 0 and 1.
    ///   - kind: which score it is.
    /// - Returns: not measurable when `target` is less than one impostor.
    /// - Throws: `UserFacingError` when either is empty, or a score is not finite.
    public static func calibrated(
        genuine: [Double], impostors: [Double], target: Double, kind: ScoreKind
    ) throws -> Measured<AcceptanceThreshold> {
        guard target > 0 && target < 1 else {
            throw UserFacingError(
                "false accept rate", problem: "is \(target)", remedy: "choose one between 0 and 1, such as 0.001")
        }
        let sign = kind.direction == .higherIsAccepted ? 1.0 : -1.0
        let curve = try ReceiverOperatingCurve(
            scores: (genuine + impostors).map { sign * $0 },
            isPositive: genuine.map { _ in true } + impostors.map { _ in false })
        return curve.operatingPoint(atFalsePositiveRate: target).map { point in
            AcceptanceThreshold(
                kind: kind, threshold: sign * point.threshold, target: target, impostors: point.negatives,
                falseAccepts: point.falsePositives, genuine: point.positives, trueAccepts: point.truePositives)
        }
    }

    /// Whether a sample is accepted; never when its score is not a number.
    ///
    /// - Parameter score: a score of ``kind``.
    public func accepts(_ score: Double) -> Bool {
        kind.direction == .higherIsAccepted ? score > threshold : score < threshold
    }
}

extension AcceptanceThreshold {
    /// Reads a saved threshold.
    ///
    /// - Parameter decoder: where it is read from.
    /// - Throws: `DecodingError` when a value is missing, or the values contradict each other.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        kind = try container.decode(ScoreKind.self, forKey: .kind)
        threshold = try container.decode(Double.self, forKey: .threshold)
        target = try container.decode(Double.self, forKey: .target)
        impostors = try container.decode(Int.self, forKey: .impostors)
        falseAccepts = try container.decode(Int.self, forKey: .falseAccepts)
        genuine = try container.decode(Int.self, forKey: .genuine)
        trueAccepts = try container.decode(Int.self, forKey: .trueAccepts)
        func check(_ condition: Bool, _ key: CodingKeys, _ problem: String) throws {
            if !condition {
                throw DecodingError.dataCorruptedError(forKey: key, in: container, debugDescription: problem)
            }
        }
        try check(threshold.isFinite, .threshold, "expected a finite number, got \(threshold)")
        try check(target > 0 && target < 1, .target, "expected a rate between 0 and 1, got \(target)")
        try check(impostors > 0, .impostors, "expected at least 1, got \(impostors)")
        try check(genuine > 0, .genuine, "expected at least 1, got \(genuine)")
        try check(
            falseAccepts >= 0 && falseAcceptRate <= target, .falseAccepts,
            "\(falseAccepts) of \(impostors) are not at most \(target)")
        try check(
            (0...genuine).contains(trueAccepts), .trueAccepts, "expected at most \(genuine), got \(trueAccepts)")
    }
}
