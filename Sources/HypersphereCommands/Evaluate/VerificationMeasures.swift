import Evaluation
import Torch

/// What one way to embed reaches in verification. A threshold on the squared distance d of unit vectors is one on the cosine,
/// 1 - d / 2.
struct VerificationMeasures: Encodable {
    struct Folds: Encodable {
        let accuracy: Double
        let deviation: Double
        let accuracies: [Double]
        let squaredDistances: [Double]
        let cosines: [Double]
    }

    struct Rate: Encodable {
        let target: Double
        let isMeasurable: Bool
        let falseAcceptRate: Double?
        let trueAcceptRate: Double?
        let cosine: Double?
        let squaredDistance: Double?
    }

    struct Validation: Encodable {
        let target: Double
        let isMeasurable: Bool
        let validationRate: Double?
        let deviation: Double?
        let falseAcceptRate: Double?
    }

    struct Interval: Encodable {
        let lower: Double
        let upper: Double
        let confidence: Double
        let resamples: Int
    }

    let folds: Folds?
    let areaUnderCurve: Double
    let areaInterval: Interval?
    let equalErrorRate: Double
    let rates: [Rate]
    let foldedRates: [Validation]?
    /// All that pictures need; not among the numbers.
    let curve: ReceiverOperatingCurve

    private enum CodingKeys: String, CodingKey {
        case folds, areaUnderCurve, areaInterval, equalErrorRate, rates, foldedRates
    }

    /// Measures the pairs of a list.
    init(
        _ pairs: VerificationPairs, of embeddings: Tensor, folds count: Int, candidates: ThresholdCandidates,
        targets: [Double], _ bootstrap: Bootstrap?, _ identities: (first: [Int64], second: [Int64])
    ) throws {
        let cosines = try pairs.cosines(of: embeddings)
        let curve = try ReceiverOperatingCurve(scores: cosines, isPositive: pairs.isSame)
        let folded =
            count > 1
            ? try FoldedVerification(
                distances: pairs.squaredDistances(of: embeddings), isSame: pairs.isSame, folds: count,
                candidates: candidates) : nil
        self.init(
            curve, targets: targets, folded: folded,
            interval: try bootstrap?.interval(
                scores: cosines, overIdentities: identities.first, identities.second, \.area))
    }

    /// Measures what a curve tells.
    init(
        _ curve: ReceiverOperatingCurve, targets: [Double], folded: FoldedVerification? = nil,
        interval: ConfidenceInterval? = nil
    ) {
        self.curve = curve
        areaUnderCurve = curve.area
        equalErrorRate = curve.equalErrorRate
        areaInterval = interval.map {
            Interval(lower: $0.lower, upper: $0.upper, confidence: $0.confidence, resamples: $0.resamples)
        }
        rates = targets.map { target in
            let point = curve.operatingPoint(atFalsePositiveRate: target).value
            let threshold = point.flatMap { $0.threshold.isFinite ? $0.threshold : nil }
            return Rate(
                target: target, isMeasurable: point != nil, falseAcceptRate: point?.falsePositiveRate,
                trueAcceptRate: point?.truePositiveRate, cosine: threshold,
                squaredDistance: threshold.map { 2 - 2 * $0 })
        }
        folds = folded.map { folded in
            // Infinity, which accepts everything, is no number in JSON; no squared distance is above 4.
            let thresholds = folded.folds.map { min($0.threshold, 5) }
            return Folds(
                accuracy: folded.accuracy.mean, deviation: folded.accuracy.deviation,
                accuracies: folded.folds.map(\.accuracy), squaredDistances: thresholds,
                cosines: thresholds.map { 1 - $0 / 2 })
        }
        foldedRates = folded.map { folded in
            targets.map { target in
                let rate = folded.validationRate(atFalseAcceptRate: target).value
                return Validation(
                    target: target, isMeasurable: rate != nil, validationRate: rate?.validation.mean,
                    deviation: rate?.validation.deviation, falseAcceptRate: rate?.falseAcceptance.mean)
            }
        }
    }
}
