import Evaluation
import Files
import Testing
import TestSupport
import Torch

@Suite(.noLeaks) struct VerificationPairsTests {
    @Test func scoresAreNumPys() throws {
        let item = try #require(VerificationFixture.cases("pairs").first)
        let first = try item.whole("first")
        let pairs = VerificationPairs(
            first: first, second: try item.whole("second"), isSame: first.map { _ in true })
        let embeddings = try item.tensor("embeddings")
        expectEqual(try pairs.cosines(of: embeddings), try item.numbers("cosines"), absolute: 1e-14, "cosines")
        expectEqual(
            try pairs.squaredDistances(of: embeddings), try item.numbers("squared_distances"), absolute: 1e-14,
            "squared distances")
        #expect(try pairs.squaredDistances(of: embeddings)[0] == 0)
    }

    @Test func flipAveragingIsTheDirectionOfTheSum() throws {
        let item = try #require(VerificationFixture.cases("pairs").first)
        let averaged = try item.tensor("embeddings").flipAveraged(with: item.tensor("mirrored"))
        expectEqual(averaged, try item.tensor("averaged"), absolute: 1e-15)
    }

    @Test func rowsWhoseSumIsZeroAreRefused() {
        let rows = Tensor([1.0, 2, 3, 4], shape: [2, 2])
        let error = #expect(throws: UserFacingError.self) {
            try rows.flipAveraged(with: Tensor([1.0, 2, -3, -4], shape: [2, 2]))
        }
        #expect(error?.field == "row 1")
        #expect(error?.problem == "is zero, so it has no direction")
    }

    /// Squares of such rows are 0 or infinite in their type.
    @Test(arguments: [1e30, 1e-30]) func veryLongAndShortRowsHaveADirection(scale: Double) throws {
        let rows = (Tensor([3.0, 4, -4, 3], shape: [2, 2]) * scale).to(.float32)
        let averaged = try rows.flipAveraged(with: rows)
        expectEqual(averaged, Tensor([Float(0.6), 0.8, -0.8, 0.6], shape: [2, 2]), absolute: 1e-6)
    }

    @Test(arguments: [Double.nan, .infinity]) func brokenRowsAreNamed(value: Double) {
        let pairs = VerificationPairs(first: [0], second: [1], isSame: [true])
        let error = #expect(throws: UserFacingError.self) {
            try pairs.cosines(of: Tensor([1, 0, 0, value, 1, 1], shape: [3, 2]))
        }
        #expect(error?.description.contains("embeddings: row 1: is not finite") == true)
    }

    @Test func noEmbeddingsAreRefused() {
        let pairs = VerificationPairs(first: [], second: [], isSame: [])
        #expect(throws: UserFacingError.self) { try pairs.cosines(of: .zeros([0, 4])) }
    }

    /// Labels 2^24 + k are one in float32, which pytorch-metric-learning 2.9 turns labels into.
    @Test(arguments: [7, 1000]) func allPairsAreScikitLearns(block: Int) throws {
        let item = try #require(VerificationFixture.cases("all_pairs").first)
        let curve = try ReceiverOperatingCurve.ofAllPairs(
            item.tensor("embeddings"), labels: item.tensor("labels").array(), block: block)
        // Products in another order may round a cosine to the neighbouring step, but not at these numbers.
        #expect(curve.points.map(\.truePositives) == (try item.whole("true_positives")))
        #expect(curve.points.map(\.falsePositives) == (try item.whole("false_positives")))
        expectEqual(curve.points.map { min($0.threshold, 1e300) }, try item.numbers("thresholds"), "thresholds")
        // Against cosines that are not rounded: of 7140 pairs hardly two lie within a step.
        expectEqual(curve.area, try item.tensor("area").item(), absolute: 1e-5)
    }

    @Test func collapsedEmbeddingsAreOneStep() throws {
        let curve = try ReceiverOperatingCurve.ofAllPairs(.ones([6, 3]), labels: [0, 0, 0, 1, 1, 1], block: 4)
        #expect(curve.points.count == 2)
        #expect(curve.positives == 6 && curve.negatives == 9)
        #expect(curve.area == 0.5)
    }

    @Test(arguments: [[Int64(1), 1, 1], [1, 2, 3]]) func pairsOfOneKindAreRefused(labels: [Int64]) {
        let error = #expect(throws: UserFacingError.self) {
            try ReceiverOperatingCurve.ofAllPairs(.ones([3, 2]), labels: labels)
        }
        #expect(error?.subject == "labels")
    }

    @Test func labelsThatAreTooFewTrap() async {
        let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
            _ = try ReceiverOperatingCurve.ofAllPairs(.ones([3, 2]), labels: [1])
        }
        expectTrap(result, saying: "ofAllPairs: 1 labels for embeddings [3, 2] float32")
    }

    @Test func aRowThatIsNotThereTraps() async {
        let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
            _ = try VerificationPairs(first: [0], second: [3], isSame: [true]).cosines(of: .ones([3, 2]))
        }
        expectTrap(result, saying: "a pair has row 3 of embeddings [3, 2] float32")
    }

    @Test func countsThatDifferTrap() async {
        let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
            _ = VerificationPairs(first: [0], second: [], isSame: [true])
        }
        expectTrap(result, saying: "VerificationPairs: 1 first and 0 second rows, 1 answers")
    }
}
