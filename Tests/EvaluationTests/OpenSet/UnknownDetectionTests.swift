import Evaluation
import Files
import Randomness
import Testing
import TestSupport
import Torch

@Suite(.noLeaks) struct UnknownDetectionTests {
    private static let cases = VerificationFixture.cases("scores")
    private static let classified = VerificationFixture.cases("open_set")

    /// The fixture's positive samples taken for the unknown ones.
    private func detection(_ item: Fixture.Case) throws -> UnknownDetection {
        let pairs = Array(zip(try item.numbers("scores"), try item.answers("answers")))
        return try UnknownDetection(
            known: pairs.filter { !$0.1 }.map(\.0), unknown: pairs.filter(\.1).map(\.0))
    }

    @Test(arguments: cases) func numbersAreScikitLearns(item: Fixture.Case) throws {
        let detection = try detection(item)
        func expect(_ actual: Double, _ key: String) throws {
            expectEqual(actual, try item.tensor(key).item(), absolute: 1e-14, relative: 1e-13, key)
        }
        try expect(detection.area, "area")
        try expect(detection.averagePrecisionWithUnknownPositive, "average_precision")
        try expect(detection.averagePrecisionWithKnownPositive, "average_precision_exchanged")
        try expect(detection.falsePositiveRateWithUnknownPositive(), "far_at_95")
        try expect(detection.falsePositiveRateWithKnownPositive(), "far_at_95_exchanged")
        expectEqual(detection.curveWithKnownPositive.area, detection.area, absolute: 1e-13)
    }

    /// One area and two rates at 95 %: which class is positive must be said.
    @Test func theRateAt95DependsOnThePositiveClass() throws {
        let detection = try detection(try #require(Self.cases.first { $0.name == "separable" }))
        let rates = [detection.falsePositiveRateWithKnownPositive(), detection.falsePositiveRateWithUnknownPositive()]
        #expect(abs(rates[0] - rates[1]) > 0.02)
    }

    @Test(arguments: classified) func openSetRatesAreTheDefinitions(item: Fixture.Case) throws {
        let result = try OpenSetClassification(
            known: item.numbers("known"), isCorrect: item.answers("correct"), unknown: item.numbers("unknown"))
        expectEqual(result.area, try item.tensor("oscr").item(), absolute: 1e-13, "oscr")
        expectEqual(result.closedSetAccuracy, try item.tensor("closed_set_accuracy").item(), absolute: 1e-15)
        let rates = item.targets.map { result.correctClassificationRate(atFalsePositiveRate: $0).value ?? -1 }
        expectEqual(rates, try item.numbers("ccr"), absolute: 1e-14, "ccr")
    }

    @Test func theFixtureIsThere() {
        #expect(Self.classified.count >= 6)
    }

    @Test func intervalsHoldTheValue() throws {
        var generator = SeededGenerator(seed: 1)
        let known = (0..<80).map { _ in generator.normal() }
        let unknown = (0..<60).map { _ in generator.normal() + 1 }
        let value = try UnknownDetection(known: known, unknown: unknown).area
        let interval = try Bootstrap(resamples: 200, seed: 2).interval(known: known, unknown: unknown, \.area)
        #expect(interval.lower < value && value < interval.upper)
        #expect(interval.upper - interval.lower < 0.3)
    }

    @Test func noUnknownSamplesAreRefused() {
        #expect(throws: UserFacingError.self) { try UnknownDetection(known: [1, 2], unknown: []) }
        #expect(throws: UserFacingError.self) { try UnknownDetection(known: [], unknown: [1]) }
        #expect(throws: UserFacingError.self) {
            try OpenSetClassification(known: [1], isCorrect: [true], unknown: [])
        }
    }

    @Test func aWronglyNamedScoreThatIsNoNumberIsRefused() {
        #expect(throws: UserFacingError.self) {
            try OpenSetClassification(known: [1, .nan], isCorrect: [true, false], unknown: [2])
        }
    }

    @Test func countsThatDifferTrap() async {
        let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
            _ = try OpenSetClassification(known: [1, 2], isCorrect: [true], unknown: [1])
        }
        expectTrap(result, saying: "OpenSetClassification: 2 scores for 1 answers")
    }

    /// [[(i + k) % 4 for k in range(3)] for i in range(4)]
    @Test func classesAreLeftOutInTurn() {
        let cases = ClassRotation(classes: 4, unknown: 3).cases
        #expect(cases.map(\.unknown) == [[0, 1, 2], [1, 2, 3], [2, 3, 0], [3, 0, 1]])
        #expect(cases.map(\.known) == [[3], [0], [1], [2]])
        #expect(cases.map(\.index) == [0, 1, 2, 3])
    }

    @Test(arguments: [(10, 1), (10, 5), (10, 8)]) func eachClassIsUnknownEquallyOften(classes: Int, unknown: Int) {
        let cases = ClassRotation(classes: classes, unknown: unknown).cases
        #expect(cases.count == classes)
        for label in 0..<classes {
            #expect(cases.count { $0.unknown.contains(label) } == unknown)
            #expect(cases.allSatisfy { $0.unknown.contains(label) != $0.known.contains(label) })
        }
    }

    @Test func leavingAllClassesOutTraps() async {
        let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
            _ = ClassRotation(classes: 3, unknown: 3)
        }
        expectTrap(result, saying: "ClassRotation: expected 1 to 2 unknown classes of 3, got 3")
    }
}
