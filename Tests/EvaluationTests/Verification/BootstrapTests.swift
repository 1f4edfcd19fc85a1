import Evaluation
import Files
import Testing
import TestSupport
import Torch

@Suite(.noLeaks) struct BootstrapTests {
    private static let cases = VerificationFixture.cases("scores").filter { $0.has("bootstrap") }

    private func expect(_ interval: ConfidenceInterval, _ expected: [Double]) {
        expectEqual(
            [interval.lower, interval.upper, Double(interval.resamples)], expected, absolute: 1e-13, "interval")
        #expect(interval.confidence == 0.9)
    }

    /// The same draws, NumPy's quantiles and scikit-learn's weighted area.
    @Test(arguments: cases) func intervalsAreThoseOfTheSameDraws(item: Fixture.Case) throws {
        let bootstrap = Bootstrap(resamples: 60, confidence: 0.9, seed: 7)
        let interval = try bootstrap.interval(
            scores: item.numbers("scores"), isPositive: item.answers("answers"), \.area)
        expect(interval, try item.numbers("bootstrap"))
    }

    @Test func identitiesAreDrawnAsAWhole() throws {
        let item = try #require(VerificationFixture.cases("identities").first)
        let groups = try item.tensor("groups").transposed().contiguous()
        let interval = try Bootstrap(resamples: 80, confidence: 0.9, seed: 11).interval(
            scores: item.numbers("scores"), overIdentities: groups[0].array(), groups[1].array(), \.area)
        expect(interval, try item.numbers("interval"))
    }

    @Test func theSeedDecides() throws {
        func interval(_ seed: UInt64) throws -> ConfidenceInterval {
            try Bootstrap(resamples: 50, seed: seed).interval(count: 30) { draws in
                Double(draws.indices.reduce(0) { $0 + $1 * draws[$1] })
            }
        }
        #expect(try interval(3) == interval(3))
        #expect(try interval(3) != interval(4))
    }

    @Test func nothingToDrawFromIsRefused() {
        let error = #expect(throws: UserFacingError.self) { try Bootstrap(seed: 0).interval(count: 0) { _ in 1 } }
        #expect(error?.problem == "there is nothing to draw from")
    }

    @Test func aStatisticThatIsNeverDefinedIsRefused() {
        let error = #expect(throws: UserFacingError.self) {
            try Bootstrap(resamples: 5, seed: 0).interval(scores: [1, 2], isPositive: [true, true], \.area)
        }
        #expect(error?.problem == "the statistic is undefined in all of 5 resamples")
    }

    @Test func aConfidenceOfOneTraps() async {
        let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
            _ = Bootstrap(confidence: 1, seed: 0)
        }
        expectTrap(result, saying: "Bootstrap: expected a confidence between 0 and 1, got 1.0")
    }
}
