import Files
import Projection
import TestSupport
import Testing
import Torch

/// scikit-learn's `trustworthiness`, with embeddings and points exchanged for continuity.
@Suite(.noLeaks) struct NeighbourhoodPreservationTests {
    @Test(arguments: ProjectionFixture.preservation) func isTheReferences(item: Fixture.Case) throws {
        let neighbours = try #require(item.settings["neighbours"]?.integer)
        let found = try NeighbourhoodPreservation(
            of: item.tensor("points"), embeddings: item.tensor("embeddings"), neighbours: neighbours)
        #expect(abs(found.trustworthiness - (try #require(item.settings["trustworthiness"]?.number))) < 1e-12)
        #expect(abs(found.continuity - (try #require(item.settings["continuity"]?.number))) < 1e-12)
        let count = try item.tensor("points").size(0)
        #expect(found.neighbours == neighbours && found.measuredCount == count)
    }

    @Test func theFixtureIsThere() {
        #expect(ProjectionFixture.preservation.count == 4)
    }

    @Test func aCopyKeepsAllNeighbours() throws {
        let rows = try ProjectionFixture.digits(100)
        let found = try NeighbourhoodPreservation(of: rows * 2 + 1, embeddings: rows)
        #expect(found.trustworthiness == 1 && found.continuity == 1)
    }

    @Test func duplicatesAreAsNearAsEachOther() throws {
        let rows = Tensor.concatenated([Tensor.zeros([10, 2]), Tensor.ones([10, 2])])
        let found = try NeighbourhoodPreservation(of: rows, embeddings: rows, neighbours: 3)
        #expect(found.trustworthiness == 1 && found.continuity == 1)
    }

    /// A sample of all is all, and one of the half differs by what halves differ.
    @Test func aSampleIsCloseToTheWhole() throws {
        let rows = try ProjectionFixture.digits(400)
        let points = try PrincipalComponents(of: rows).project(rows)
        let whole = try NeighbourhoodPreservation(of: points, embeddings: rows)
        #expect(try NeighbourhoodPreservation(of: points, embeddings: rows, sample: 1000) == whole)
        let half = try NeighbourhoodPreservation(of: points, embeddings: rows, sample: 200)
        #expect(half.measuredCount == 200 && half != whole)
        #expect(abs(half.trustworthiness - whole.trustworthiness) < 0.03)
        #expect(abs(half.continuity - whole.continuity) < 0.03)
    }

    @Test func whatDoesNotFitIsRefused() throws {
        let rows = try ProjectionFixture.digits(10)
        let few = #expect(throws: UserFacingError.self) { try NeighbourhoodPreservation(of: rows, embeddings: rows) }
        #expect(few?.description.contains("5 are half of 10") == true)
        #expect(throws: UserFacingError.self) {
            try NeighbourhoodPreservation(of: rows[0..<9], embeddings: rows, neighbours: 2)
        }
        #expect(throws: UserFacingError.self) {
            try NeighbourhoodPreservation(of: rows / 0, embeddings: rows, neighbours: 2)
        }
    }
}
