import MetricLearning
import Randomness
import Testing
import TestSupport
import Torch

/// Labels that do not fit end the program with what was expected and what was given.
@Suite struct LabelTests {
    @Test func aLabelThatIsTooGreat() async {
        let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
            _ = CenterLoss(centers: .zeros([3, 2]))(.zeros([2, 2]), Tensor([0, 3] as [Int64]))
        }
        expectTrap(result, saying: "CenterLoss: expected labels in 0..<3, got 0 to 3")
    }

    @Test func aNegativeLabel() async {
        let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
            var generator = SeededGenerator(seed: 1)
            // PyTorch would leave out labels of -100 without a word.
            _ = SoftmaxHead(classes: 3, embedding: 2, using: &generator)
                .loss(.zeros([2, 2]), Tensor([1, -100] as [Int64]))
        }
        expectTrap(result, saying: "SoftmaxHead.loss: expected labels in 0..<3, got -100 to 1")
    }

    @Test func labelsOfAnotherType() async {
        let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
            _ = CenterLoss(centers: .zeros([3, 2]))(.zeros([2, 2]), Tensor([0, 1] as [Int32]))
        }
        expectTrap(result, saying: "CenterLoss: expected labels [2] int64, got [2] int32")
    }

    @Test func labelsOfAnotherNumber() async {
        let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
            var generator = SeededGenerator(seed: 1)
            _ = SoftmaxHead(classes: 3, embedding: 2, using: &generator)
                .loss(.zeros([2, 2]), Tensor([0, 1, 2] as [Int64]))
        }
        expectTrap(result, saying: "SoftmaxHead.loss: expected labels [2] int64, got [3] int64")
    }

    @Test func embeddingsOfAnotherLength() async {
        let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
            _ = CenterLoss(centers: .zeros([3, 2]))(.zeros([2, 5]), Tensor([0, 1] as [Int64]))
        }
        expectTrap(result, saying: "CenterLoss: expected embeddings [N, 2], got [2, 5] float32")
    }

    @Test func centersThatAreNoMatrix() async {
        let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
            _ = CenterLoss(centers: .zeros([3]))
        }
        expectTrap(result, saying: "CenterLoss: expected centres [C, D], got [3] float32")
    }
}
