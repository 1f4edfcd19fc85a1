import Files
import Torch

/// How many positive and negative samples each threshold on a score accepts: the receiver operating characteristic.
///
/// A higher score speaks for the positive class. Samples of one score are accepted together, so equal scores are one step
/// whatever their order. Fawcett, "An introduction to ROC analysis", 2006.
public struct ReceiverOperatingCurve: Sendable, Equatable {
    /// What is accepted when the score is at least a threshold.
    public struct Point: Sendable, Equatable {
        /// The least score that is accepted; infinity at the start, where nothing is.
        public let threshold: Double
        /// How many positive samples are accepted.
        public let truePositives: Int
        /// How many negative samples are accepted.
        public let falsePositives: Int
    }

    /// From nothing accepted to everything accepted, one point for each distinct score, in falling order of thresholds.
    public private(set) var points = [Point(threshold: .infinity, truePositives: 0, falsePositives: 0)]

    /// How many samples are positive; at least one.
    public private(set) var positives = 0

    /// How many samples are negative; at least one.
    public private(set) var negatives = 0

    /// Ranks samples by their scores, both `[N]`.
    ///
    /// - Parameters:
    ///   - scores: one finite number a sample, higher for the positive class.
    ///   - isPositive: whether each sample is of the positive class.
    /// - Throws: `UserFacingError` when a score is not finite, or there is no sample of one of the classes.
    /// - Precondition: both are of one length.
    public init(scores: [Double], isPositive: [Bool]) throws {
        guard
            let curve = try RankedScores(scores: scores, isPositive: isPositive, "ReceiverOperatingCurve").curve()
        else {
            let positives = isPositive.count { $0 }
            throw UserFacingError(
                "scores", problem: "\(positives) of \(isPositive.count) samples are positive",
                remedy: "give samples of both classes")
        }
        self = curve
    }

    /// A curve without samples, to be filled by ``append(_:positives:negatives:)``.
    init() {}

    /// Adds samples of one score, not above the last one's.
    mutating func append(_ score: Double, positives more: Int, negatives others: Int) {
        positives += more
        negatives += others
        if points[points.count - 1].threshold == score { points.removeLast() }
        points.append(Point(threshold: score, truePositives: positives, falsePositives: negatives))
    }

    /// The share of positive samples that a point accepts, from 0 to 1.
    ///
    /// - Parameter point: a point of this curve.
    public func truePositiveRate(of point: Point) -> Double { Double(point.truePositives) / Double(positives) }

    /// The share of negative samples that a point accepts, from 0 to 1.
    ///
    /// - Parameter point: a point of this curve.
    public func falsePositiveRate(of point: Point) -> Double { Double(point.falsePositives) / Double(negatives) }

    /// The chance that a positive sample scores above a negative one, ties counting half: the area under the curve.
    public var area: Double {
        zip(points, points.dropFirst()).reduce(0) { sum, step in
            let width = Double(step.1.falsePositives - step.0.falsePositives) / Double(negatives)
            let height = Double(step.0.truePositives + step.1.truePositives) / Double(positives)
            return sum + width * height / 2
        }
    }

    /// The rate at which as many negative samples are accepted as positive ones are rejected, from 0 to 1.
    ///
    /// Read off the straight lines between the points, since the rates rarely meet at one of them.
    public var equalErrorRate: Double {
        var before = (accepted: 0.0, rejected: 1.0)
        for point in points {
            let here = (accepted: falsePositiveRate(of: point), rejected: 1 - truePositiveRate(of: point))
            let (gap, last) = (here.accepted - here.rejected, before.accepted - before.rejected)
            if gap >= 0 { return here.accepted - (here.accepted - before.accepted) * gap / (gap - last) }
            before = here
        }
        return before.accepted
    }

    /// The mean precision over the recalled samples, each step counting with the precision at its end, from 0 to 1.
    ///
    /// The area under precision over recall without interpolation, which would be too high; scikit-learn's
    /// `average_precision_score`.
    public var averagePrecision: Double {
        zip(points, points.dropFirst()).reduce(0) { sum, step in
            let recalled = Double(step.1.truePositives - step.0.truePositives) / Double(positives)
            let accepted = Double(step.1.truePositives + step.1.falsePositives)
            return sum + recalled * Double(step.1.truePositives) / accepted
        }
    }

    /// The false positive rate at the first point whose true positive rate is at least `target`, without interpolation.
    ///
    /// - Parameter target: a share of the positive samples, from 0 to 1.
    public func falsePositiveRate(atTruePositiveRate target: Double) -> Double {
        require((0...1).contains(target), "falsePositiveRate(atTruePositiveRate:): expected 0 to 1, got \(target)")
        return points.first { truePositiveRate(of: $0) >= target }.map { falsePositiveRate(of: $0) } ?? 1
    }

    /// The largest acceptance whose false positive rate is at most `target`.
    ///
    /// In verification its true positive rate is the true accept rate at a false accept rate (TAR at FAR). The nearest
    /// point, which some programs take, may accept more than was asked for.
    ///
    /// - Parameter target: a share of the negative samples, above 0 and at most 1.
    /// - Returns: not measurable when `target` is less than one negative sample.
    public func operatingPoint(atFalsePositiveRate target: Double) -> Measured<OperatingPoint> {
        require(target > 0 && target <= 1, "operatingPoint(atFalsePositiveRate:): expected 0 to 1, got \(target)")
        // Compared as a quotient like every rate: the product 0.29 * 100 is less than 29.
        guard 1 / Double(negatives) <= target else { return .notMeasurable(target: target, negatives: negatives) }
        let excess = points.firstIndex { falsePositiveRate(of: $0) > target }
        let last = points[(excess ?? points.count) - 1]
        return .measured(
            OperatingPoint(
                threshold: excess.map { points[$0].threshold } ?? -.infinity, truePositives: last.truePositives,
                falsePositives: last.falsePositives, positives: positives, negatives: negatives))
    }

    /// The curve of the other class, for the scores with the other sign.
    func exchanged() -> ReceiverOperatingCurve {
        var curve = ReceiverOperatingCurve()
        for index in points.indices.dropFirst().reversed() {
            curve.append(
                -points[index].threshold,
                positives: points[index].falsePositives - points[index - 1].falsePositives,
                negatives: points[index].truePositives - points[index - 1].truePositives)
        }
        return curve
    }
}
