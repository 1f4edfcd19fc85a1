import Evaluation
import Files
import Testing
import TestSupport
import Torch

@Suite(.noLeaks) struct FoldedVerificationTests {
    private static let cases = VerificationFixture.cases("folds")

    @Test func theFixtureIsThere() {
        #expect(Self.cases.count >= 7)
    }

    @Test(arguments: cases, [ThresholdCandidates.published, .observed])
    func foldsAreNumPys(item: Fixture.Case, candidates: ThresholdCandidates) throws {
        let name = candidates == .published ? "published" : "observed"
        let result = try FoldedVerification(
            distances: item.numbers("distances"), isSame: item.answers("answers"),
            folds: try #require(item.settings["folds"]?.integer), candidates: candidates)
        expectEqual(
            result.folds.map { min($0.threshold, 1e300) }, try item.numbers("\(name).threshold"), "threshold")
        let accuracies = try item.numbers("\(name).accuracy")
        expectEqual(result.folds.map(\.accuracy), accuracies, relative: 1e-15, "accuracy")
        expectEqual(result.accuracy.mean, mean(accuracies), relative: 1e-14)
        expectEqual(result.accuracy.deviation, deviation(accuracies), absolute: 1e-14)
        switch result.validationRate(atFalseAcceptRate: 0.01) {
        case .notMeasurable(let target, let negatives):
            #expect(!item.has("\(name).validation"))
            #expect(target == 0.01 && negatives < 100)
        case .measured(let rate):
            let validation = try item.numbers("\(name).validation")
            expectEqual(rate.validation.mean, mean(validation), relative: 1e-14)
            expectEqual(rate.validation.deviation, deviation(validation), absolute: 1e-14)
            expectEqual(rate.falseAcceptance.mean, mean(try item.numbers("\(name).false_accept")), absolute: 1e-15)
            #expect(rate.thresholds.count == result.folds.count)
        }
    }

    private func mean(_ values: [Double]) -> Double { Tensor(values).mean().item() }
    private func deviation(_ values: [Double]) -> Double {
        (Tensor(values) - mean(values)).squared().mean().squareRoot().item()
    }

    /// numpy.arange(0, 4, 0.01)[1:4] is [0.01, 0.02, 0.03], and [29] is 0.29.
    @Test func aDistanceOnTheThresholdIsNotAccepted() throws {
        // Same pairs at 0.29, others at 0.30: only the threshold 0.30 is right on all, since less is strict.
        let isSame = (0..<8).map { $0 % 2 == 0 }
        let result = try FoldedVerification(
            distances: isSame.map { $0 ? 0.29 : 0.3 }, isSame: isSame, folds: 2)
        #expect(result.folds.map(\.threshold) == [0.3, 0.3])
        #expect(result.accuracy.mean == 1 && result.accuracy.deviation == 0)
    }

    @Test func thePairsOfAllSameFirstAreRefused() {
        let error = #expect(throws: UserFacingError.self) {
            try FoldedVerification(
                distances: [Double](repeating: 1, count: 40), isSame: (0..<40).map { $0 < 20 }, folds: 4)
        }
        #expect(error?.field == "fold 1 of 4")
        #expect(error?.problem == "10 of its 10 pairs are of one identity")
    }

    @Test func noPairsAreRefused() {
        #expect(throws: UserFacingError.self) { try FoldedVerification(distances: [], isSame: []) }
    }

    @Test func aDistanceThatIsNoNumberIsRefused() {
        let error = #expect(throws: UserFacingError.self) {
            try FoldedVerification(distances: [1, 2, .nan, 1], isSame: [true, false, true, false], folds: 2)
        }
        #expect(error?.field == "[2]")
    }

    @Test func countsThatDifferTrap() async {
        let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
            _ = try FoldedVerification(distances: [1], isSame: [])
        }
        expectTrap(result, saying: "FoldedVerification: 1 distances for 0 pairs")
    }
}
