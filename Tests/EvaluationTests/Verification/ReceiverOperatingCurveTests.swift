import Evaluation
import Files
import Randomness
import Testing
import TestSupport
import Torch

@Suite(.noLeaks) struct ReceiverOperatingCurveTests {
    private static let cases = VerificationFixture.cases("scores")

    private func curve(_ item: Fixture.Case) throws -> ReceiverOperatingCurve {
        try ReceiverOperatingCurve(scores: item.numbers("scores"), isPositive: item.answers("answers"))
    }

    @Test func theFixtureIsThere() {
        #expect(Self.cases.count >= 14)
    }

    @Test(arguments: cases) func pointsAreScikitLearns(item: Fixture.Case) throws {
        let curve = try curve(item)
        #expect(curve.points.first?.threshold == .infinity)
        expectEqual(
            curve.points.map { min($0.threshold, 1e300) }, try item.numbers("thresholds"), "thresholds")
        expectEqual(curve.points.map(curve.falsePositiveRate(of:)), try item.numbers("far"), "far")
        expectEqual(curve.points.map(curve.truePositiveRate(of:)), try item.numbers("tar"), "tar")
    }

    /// Sums over the same steps in another order: a few units of the last digit.
    @Test(arguments: cases) func numbersAreScikitLearns(item: Fixture.Case) throws {
        let curve = try curve(item)
        func expect(_ actual: Double, _ key: String) throws {
            expectEqual(actual, try item.tensor(key).item(), absolute: 1e-14, relative: 1e-13, key)
        }
        try expect(curve.area, "area")
        try expect(curve.equalErrorRate, "equal_error_rate")
        try expect(curve.averagePrecision, "average_precision")
        try expect(curve.falsePositiveRate(atTruePositiveRate: 0.95), "far_at_95")
    }

    @Test(arguments: cases) func operatingPointsAreTheDefinitions(item: Fixture.Case) throws {
        let curve = try curve(item)
        let points = try item.numbers("points")
        for (index, target) in item.targets.enumerated() {
            let expected = Array(points[4 * index..<4 * index + 4])
            switch curve.operatingPoint(atFalsePositiveRate: target) {
            case .notMeasurable(let named, let negatives):
                #expect(expected[0] == 0 && named == target && negatives == curve.negatives, "at \(target)")
            case .measured(let point):
                let found = [
                    1, max(point.threshold, -1e300), Double(point.truePositives), Double(point.falsePositives),
                ]
                #expect(found == expected, "at \(target)")
                #expect(point.falsePositiveRate <= target)
            }
        }
    }

    /// Programs that take the nearest point report a true accept rate of more false accepts than they say.
    @Test func theNearestPointMayAcceptMoreThanAskedFor() throws {
        let item = try #require(Self.cases.first { $0.name == "half_steps" })
        let excess = zip(try item.numbers("nearest_far"), item.targets).filter { $0 > $1 }
        #expect(!excess.isEmpty)
    }

    /// scikit-learn drops collinear points unless told not to, and then the first rate of 0.95 is one too far.
    @Test func droppingCollinearPointsWouldChangeTheRateAt95() throws {
        let item = try #require(Self.cases.first { $0.name == "paired" })
        let rate = try curve(item).falsePositiveRate(atTruePositiveRate: 0.95)
        #expect(rate == 0.95)
        #expect(try item.tensor("far_at_95_dropped").item() == 1)
    }

    @Test(arguments: 0..<200) func areaIsTheShareOfCouplesInOrder(seed: Int) throws {
        var generator = SeededGenerator(seed: UInt64(seed))
        let count = 2 + generator.index(below: 40)
        // Few distinct scores, so that many are tied.
        let scores = (0..<count).map { _ in Double(generator.index(below: 1 + seed % 12)) }
        let isPositive = [true, false] + (2..<count).map { _ in generator.uniform() < 0.4 }
        let curve = try ReceiverOperatingCurve(scores: scores, isPositive: isPositive)
        let positive = zip(scores, isPositive).filter(\.1).map(\.0)
        let negative = zip(scores, isPositive).filter { !$0.1 }.map(\.0)
        let won = positive.flatMap { p in negative.map { p > $0 ? 1.0 : p == $0 ? 0.5 : 0 } }.reduce(0, +)
        expectEqual(curve.area, won / Double(positive.count * negative.count), absolute: 1e-13)
        // The order of samples, and any rising map of the scores, change nothing.
        let order = generator.permutation(of: count)
        let other = try ReceiverOperatingCurve(
            scores: order.map { 8 * scores[$0] - 3 }, isPositive: order.map { isPositive[$0] })
        #expect(other.points.map(\.truePositives) == curve.points.map(\.truePositives))
        #expect(other.points.map(\.falsePositives) == curve.points.map(\.falsePositives))
        let mirrored = try ReceiverOperatingCurve(scores: scores.map { -$0 }, isPositive: isPositive)
        expectEqual(mirrored.area, 1 - curve.area, absolute: 1e-13)
        expectEqual(mirrored.equalErrorRate, 1 - curve.equalErrorRate, absolute: 1e-13)
    }

    /// 0.29 times 100 is 28.999999999999996 in binary, and 29 of 100 are 0.29.
    @Test func aRateIsComparedAsAQuotient() throws {
        let scores = [200] + (0..<100).map(Double.init)
        let curve = try ReceiverOperatingCurve(scores: scores, isPositive: scores.map { $0 == 200 })
        let point = try #require(curve.operatingPoint(atFalsePositiveRate: 0.29).value)
        #expect(point.falsePositives == 29)
        #expect(point.threshold == 70)
    }

    @Test func scoresThatAreNoNumberAreRefused() {
        let error = #expect(throws: UserFacingError.self) {
            try ReceiverOperatingCurve(scores: [1, .nan], isPositive: [true, false])
        }
        #expect(error?.field == "[1]")
        #expect(error?.problem == "is nan")
    }

    @Test(arguments: [[], [true, true], [false]]) func oneClassIsRefused(isPositive: [Bool]) {
        let error = #expect(throws: UserFacingError.self) {
            try ReceiverOperatingCurve(scores: isPositive.map { _ in 0 }, isPositive: isPositive)
        }
        #expect(error?.problem.contains("of \(isPositive.count) samples are positive") == true)
    }

    @Test func countsThatDifferTrap() async {
        let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
            _ = try ReceiverOperatingCurve(scores: [1, 2], isPositive: [true])
        }
        expectTrap(result, saying: "ReceiverOperatingCurve: 2 scores for 1 samples")
    }

    @Test func aTargetOutOfRangeTraps() async {
        let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
            let curve = try ReceiverOperatingCurve(scores: [1, 2], isPositive: [true, false])
            _ = curve.operatingPoint(atFalsePositiveRate: 0)
        }
        expectTrap(result, saying: "operatingPoint(atFalsePositiveRate:)", "got 0.0")
    }

    /// `numpy.histogram(scores, bins=4, range=(-1, 1))` of each kind; the two beyond the range are in the outermost parts.
    @Test func scoresAreCountedInEqualParts() throws {
        let (positive, negative) = ([0.9, 0.5, 0.5, -1, 1], [0.1, -0.6, 0.5, 0.99])
        let curve = try ReceiverOperatingCurve(
            scores: positive + negative + [-7, 7],
            isPositive: positive.map { _ in true } + negative.map { _ in false } + [true, false])
        let counts = curve.counts(bins: 4, in: -1...1)
        #expect(counts.positive == [1 + 1, 0, 0, 4] && counts.negative == [1, 0, 1, 2 + 1])
    }
}
