import MetricLearning
import NeuralNetwork
import Randomness
import Testing
import TestSupport
import Torch

@Suite(.noLeaks) struct RegulariserTests {
    private func head(_ vectors: [Float]) throws -> NormSoftmaxHead {
        var generator = SeededGenerator(seed: 1)
        let head = NormSoftmaxHead(classes: vectors.count / 2, embedding: 2, using: &generator)
        try head.setWeight(Tensor(vectors, shape: [vectors.count / 2, 2]))
        return head
    }

    /// The arc's own derivative is infinite here, and a vector's angle with itself always is such an end.
    @Test(arguments: [Float(1), -1]) func gradientsAreFiniteAtTheEnds(sign: Float) throws {
        let head = try head([1, 0, sign, 0, 0, 1])
        let embeddings = Tensor([1, 0, 2, 0, 0, -3] as [Float], shape: [3, 2]).requiringGradient()
        let labels = Tensor([0, 1, 2])
        (IntraLoss(of: head)(embeddings, labels) + InterLoss(of: head)(embeddings, labels)).backward()
        #expect(try #require(embeddings.gradient).isAllFinite)
        #expect(head.firstNonFiniteGradient == nil)
    }

    /// Angles of 0 and pi: from all on their vectors to all opposite, and class vectors as far apart as can be.
    @Test func valuesAtTheEndsOfTheirRange() throws {
        let head = try head([1, 0, -2, 0])
        let labels = Tensor([0, 1])
        let embeddings = Tensor([3, 0, -1, 0] as [Float], shape: [2, 2])
        #expect(IntraLoss(of: head)(embeddings, labels).value.item() == 0)
        expectEqual(IntraLoss(of: head)(-embeddings, labels).value.item(), 1, relative: 1e-6)
        expectEqual(InterLoss(of: head)(embeddings, labels).value.item(), -1, relative: 1e-6)
    }

    @Test func nothingToLearnIsZeroWithAPathForGradients() throws {
        let empty = Tensor([] as [Int64])
        let head = try head([1, 0, 0, 1])
        for loss in [IntraLoss(of: head)(.zeros([0, 2]), empty), InterLoss(of: head)(.zeros([0, 2]), empty)] {
            #expect(loss.value.item() == 0)
            loss.backward()
        }
        let single = InterLoss(of: try self.head([1, 0]))(.ones([1, 2]), Tensor([0]))
        #expect(single.value.item() == 0)
        single.backward()
    }

    /// With a weight of its own the sum trains the head once.
    @Test func weightsReachTheHead() throws {
        let embeddings = Tensor([1, 2, 3, -1] as [Float], shape: [2, 2])
        let labels = Tensor([0, 1])
        func gradient(_ weight: Double) throws -> Tensor {
            let head = try head([1, 0.5, 0.1, 1])
            (weight * IntraLoss(of: head)(embeddings, labels)).backward()
            return try #require(head.parameters[0].gradient)
        }
        expectEqual(try gradient(3), try gradient(1) * 3, relative: 1e-5)
    }

    @Test func autocastAroundThemChangesNothing() throws {
        let head = try head([1, 0.5, 0.1, 1, 0.3, -0.7])
        let embeddings = Tensor([1, 2, 3, -1] as [Float], shape: [2, 2])
        let labels = Tensor([0, 1])
        let (intra, inter) = (IntraLoss(of: head), InterLoss(of: head))
        let expected = (intra(embeddings, labels) + inter(embeddings, labels)).value.item()
        withPrecision(.bf16, on: .cpu) {
            #expect((intra(embeddings, labels) + inter(embeddings, labels)).value.item() == expected)
        }
    }
}
