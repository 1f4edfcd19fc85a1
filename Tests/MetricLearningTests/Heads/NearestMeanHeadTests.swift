import MetricLearning
import NeuralNetwork
import TestSupport
import Testing
import Torch

@Suite(.noLeaks) struct NearestMeanHeadTests {
    private let embeddings = Self.matrix([3, 0, 0, 2, 0, -1, 4, 0])
    private let labels = Tensor([0, 1, 1, 0].map { Int64($0) })

    private static func matrix(_ values: [Float]) -> Tensor { Tensor(values, shape: [values.count / 2, 2]) }

    private func means(_ head: NearestMeanHead) throws -> [Float] {
        try #require(head.state(prefix: "")["means"]).array()
    }

    /// Class 0 has the direction (1, 0) twice; those of class 1, (0, 1) and (0, -1), cancel out.
    @Test func theFirstMeanIsTheBatchs() throws {
        let head = NearestMeanHead(classes: 3, embedding: 2)
        #expect(head.loss(embeddings, labels).value.item() == 0)
        #expect(try means(head) == [1, 0, 0, 0, 0, 0])
        // A class that was not seen is never the nearest, not even of the opposite of one that was.
        expectEqual(
            head.logits(Self.matrix([0.6, 0.8, -5, 0])).reshaped([3, 2]), Self.matrix([0.6, 0, -2, -1, 0, -2]),
            absolute: 1e-6)
    }

    /// 0.9 (1, 0) + 0.1 (0, 1), by hand.
    @Test func laterMeansMoveByTheMomentum() throws {
        let head = NearestMeanHead(classes: 3, embedding: 2)
        _ = head.loss(embeddings, labels)
        _ = head.loss(Self.matrix([0, 7]), Tensor([Int64(0)]))
        let moved = try means(head)
        expectEqual(Self.matrix(moved), Self.matrix([0.9, 0.1, 0, 0, 0, 0]), absolute: 1e-6)
        head.train(false)
        _ = head.loss(embeddings, labels)
        #expect(try means(head) == moved)
    }

    @Test func nothingIsTaughtAndAnEmptyBatchIsZero() {
        let head = NearestMeanHead(classes: 3, embedding: 2)
        let embeddings = embeddings.clone().requiringGradient()
        head.loss(embeddings, labels).backward()
        #expect(embeddings.gradient?.array() == [Float](repeating: 0, count: 8))
        #expect(head.loss(.zeros([0, 2]), .zeros([0], dtype: .int64)).value.item() == 0)
        #expect(head.parameterCount == 0)
    }
}
