import Evaluation
import Files
import Testing
import TestSupport
import Torch

/// Votes of `retrieval.safetensors`; scikit-learn's, except in even votes, which it gives to the least label.
@Suite(.noLeaks) struct NeighbourClassifierTests {
    @Test(arguments: RetrievalFixture.votes) func predictionsAreTheReferences(item: Fixture.Case) throws {
        let rows = try item.tensor("embeddings")
        let labels = try item.tensor("labels").array(of: Int64.self)
        let temperature = try #require(item.settings["temperature"]?.number)
        let result = try NeighbourClassifier(
            queries: LabelledEmbeddings(rows[0..<50], labels: Array(labels[..<50])),
            gallery: LabelledEmbeddings(rows[50..<140], labels: Array(labels[50...])), count: item.integer("k"),
            metric: item.metric(), vote: temperature > 0 ? .exponential(temperature: temperature) : .equal)
        let expected = try item.tensor("predictions").array(of: Int64.self)
        #expect(result.predictions == expected)
        #expect(result.evenVoteCount == (try item.integer("even")))
        #expect(result.accuracy == Double(zip(expected, labels).count { $0 == $1 }) / 50)
    }

    @Test func theFixtureIsThere() {
        #expect(RetrievalFixture.votes.count == 10)
        #expect(RetrievalFixture.votes.contains { ($0.settings["even"]?.integer ?? 0) > 0 })
    }

    @Test func anEvenVoteGoesToTheNearest() throws {
        let gallery = LabelledEmbeddings(Tensor([1, 2, 3, 4] as [Float], shape: [4, 1]), labels: [9, 4, 4, 9])
        let queries = LabelledEmbeddings(Tensor([0] as [Float], shape: [1, 1]), labels: [9])
        let result = try NeighbourClassifier(queries: queries, gallery: gallery, count: 4, metric: .euclidean)
        #expect(result.predictions == [9])
        #expect(result.evenVoteCount == 1)
        #expect(result.accuracy == 1)
    }

    /// The nearest of the first is of its class and group; that of the third of no group, so that it counts.
    @Test func ownClassOfTheOwnGroupDoesNotVote() throws {
        let set = LabelledEmbeddings(
            Tensor([0, 1, 3, 3.5, 6] as [Float], shape: [5, 1]), labels: [1, 1, 2, 2, 1], groups: [8, 8, nil, nil, 9])
        let result = try NeighbourClassifier(leavingOneOutOf: set, count: 1, metric: .euclidean)
        #expect(result.predictions == [2, 2, 2, 2, 2])
        let gallery = LabelledEmbeddings(Tensor([0] as [Float], shape: [1, 1]), labels: [1], groups: [8])
        let alone = try NeighbourClassifier(queries: set, gallery: gallery, count: 1, metric: .euclidean)
        #expect(alone.predictions == [-1, -1, 1, 1, 1] && alone.accuracy == 0.2)
    }

    @Test func aSmallTemperatureDoesNotOverflow() throws {
        let set = LabelledEmbeddings(Tensor([1, 2, 30, 31] as [Float], shape: [4, 1]), labels: [1, 1, 2, 2])
        let result = try NeighbourClassifier(
            leavingOneOutOf: set, count: 3, metric: .dotProduct, vote: .exponential(temperature: 1e-3))
        #expect(result.predictions == [2, 2, 2, 2])
        #expect(result.accuracy == 0.5)
    }

    @Test func oneEmbeddingCannotBeClassifiedByOthers() throws {
        let set = LabelledEmbeddings(.ones([1, 2]), labels: [1])
        #expect(throws: UserFacingError.self) { _ = try NeighbourClassifier(leavingOneOutOf: set, count: 1) }
    }
}
