import Files
@testable import Projection
import TestSupport
import Testing
import Torch

@Suite(.noLeaks) struct StochasticNeighbourEmbeddingTests {
    /// scikit-learn's `_joint_probabilities_nn`, which stops searching where the entropy is right to 1e-5.
    @Test(arguments: ProjectionFixture.affinities) func affinitiesAreTheReferences(item: Fixture.Case) throws {
        let perplexity = try #require(item.settings["perplexity"]?.number)
        let rows = try item.tensor("embeddings", as: .float32)
        let found = try StochasticNeighbourEmbedding(perplexity: perplexity).affinities(of: rows)
        let expected = try item.tensor("affinities")
        let scale = expected.maximum().item()
        expectEqual(
            Tensor(found, shape: expected.shape).to(.float64) / scale, expected / scale, absolute: 2e-4, "affinities")
    }

    @Test func theFixtureIsThere() {
        #expect(ProjectionFixture.affinities.count == 2)
    }

    /// As trustworthy as scikit-learn's on the same images, and in fewer iterations.
    @Test func digitsKeepTheirNeighbours() throws {
        let rows = try ProjectionFixture.digits(1000)
        let points = try StochasticNeighbourEmbedding().project(rows)
        let found = try NeighbourhoodPreservation(of: points, embeddings: rows)
        #expect(found.trustworthiness > (try ProjectionFixture.digitsTrustworthiness()) - 0.005, "\(found)")
    }

    @Test func theSeedAloneDecides() throws {
        let rows = try ProjectionFixture.digits(300)
        let threads = Engine.threadCount
        defer { Engine.threadCount = threads }
        func points(_ count: Int, seed: UInt64) throws -> [Float] {
            Engine.threadCount = count
            return try StochasticNeighbourEmbedding(iterations: 60, seed: seed).project(rows).array()
        }
        let first = try points(1, seed: 3)
        #expect(try points(1, seed: 3) == first)
        #expect(try points(2, seed: 3) == first)
        #expect(try points(5, seed: 3) == first)
        #expect(try points(2, seed: 4) != first)
    }

    @Test(arguments: ProjectionFixture.edges.indices) func edgesStayFinite(index: Int) throws {
        let rows = ProjectionFixture.edges[index].rows()
        let points = try StochasticNeighbourEmbedding(iterations: 90).project(rows)
        #expect(points.shape == [rows.size(0), 2] && points.isAllFinite, "\(ProjectionFixture.edges[index].name)")
        // Equal ones come apart.
        #expect(points.standardDeviation().item() > 0)
    }

    @Test func fewEmbeddingsLowerThePerplexity() throws {
        let projection = StochasticNeighbourEmbedding()
        #expect(projection.perplexity(among: 91) == 30)
        #expect(projection.perplexity(among: 61) == 20)
        #expect(projection.perplexity(among: 4) == 1)
    }

    @Test func tooFewAndNotFiniteAreRefused() throws {
        let few = #expect(throws: UserFacingError.self) {
            try StochasticNeighbourEmbedding().project(Tensor.zeros([3, 2]))
        }
        #expect(few?.description.contains("count: is 3, t-SNE needs at least 4; ") == true)
        let error = #expect(throws: UserFacingError.self) {
            try StochasticNeighbourEmbedding().project(Tensor.full([5, 2], .infinity))
        }
        #expect(error?.field == "row 0")
    }

    @Test func progressIsToldAndMayEndTheWork() throws {
        let rows = try ProjectionFixture.digits(20)
        var told: [Int] = []
        _ = try StochasticNeighbourEmbedding(iterations: 7).project(rows) { told.append($0) }
        #expect(told == Array(1...7))
        #expect(throws: Stopped.self) {
            try StochasticNeighbourEmbedding().project(rows) { done in
                if done == 3 { throw Stopped() }
            }
        }
    }

    @Test func settingsThatMakeNoSenseTrap() async {
        let few = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
            _ = StochasticNeighbourEmbedding(perplexity: 0.5)
        }
        expectTrap(few, saying: "perplexity: 0.5")
        let other = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
            _ = StochasticNeighbourEmbedding(iterations: 0)
        }
        expectTrap(other, saying: "iterations: 0")
    }
}
