import Evaluation
import Testing
import TestSupport
import Torch

/// The scores of `classification.safetensors`, by scikit-learn.
@Suite(.noLeaks) struct ClassificationReportTests {
    private static let cases = ((try? Fixture("classification"))?.cases ?? []).filter {
        $0.settings["kind"]?.text == "scores"
    }

    @Test func theFixtureIsThere() {
        #expect(Self.cases.count >= 9)
    }

    @Test(arguments: cases) func scoresAreScikitLearns(item: Fixture.Case) throws {
        let report = ClassificationReport(
            predictions: try item.tensor("predictions").array(of: Int64.self),
            labels: try item.tensor("labels").array(of: Int64.self),
            classCount: try #require(item.settings["classes"]?.integer))
        func expect(_ actual: [Double], _ key: String) throws {
            let expected = try item.tensor(key)
            expectEqual(Tensor(actual, shape: expected.shape), expected, relative: 1e-14, key)
        }
        try expect([report.accuracy], "accuracy")
        try expect(report.classes.map(\.precision), "precision")
        try expect(report.classes.map(\.recall), "recall")
        try expect(report.classes.map(\.f1), "f1")
        try expect([report.weightedF1], "weighted_f1")
        try expect([report.macroF1], "macro_f1")
        expectEqual(Tensor(report.classes.map { Int64($0.support) }), try item.tensor("support"))
    }

    /// The write-up hands predictions over as the truth.
    @Test(arguments: cases) func exchangedSidesAreScikitLearns(item: Fixture.Case) throws {
        let report = ClassificationReport(
            predictions: try item.tensor("labels").array(of: Int64.self),
            labels: try item.tensor("predictions").array(of: Int64.self),
            classCount: try #require(item.settings["classes"]?.integer))
        expectEqual(report.weightedF1, try item.tensor("weighted_f1_swapped").item(), relative: 1e-14)
    }

    @Test func countsThatDifferTrap() async {
        let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
            _ = ClassificationReport(predictions: [0, 1], labels: [0], classCount: 2)
        }
        expectTrap(result, saying: "ClassificationReport: 2 predictions for 1 labels")
    }

    @Test func nothingToCompareTraps() async {
        let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
            _ = ClassificationReport(predictions: [], labels: [], classCount: 2)
        }
        expectTrap(result, saying: "ClassificationReport: 0 predictions for 0 labels")
    }

    @Test func aClassOutOfRangeTrapsWithItsNumber() async {
        let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
            _ = ClassificationReport(predictions: [0, 3], labels: [0, 1], classCount: 2)
        }
        expectTrap(result, saying: "ClassificationReport: ", "0..<2", "3")
    }
}
