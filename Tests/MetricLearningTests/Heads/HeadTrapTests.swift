import MetricLearning
import Randomness
import Testing
import TestSupport
import Torch

/// Mistakes end the program with what was expected and what was given.
@Suite struct HeadTrapTests {
    @Test func labelsThatAreTooGreat() async {
        let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
            var generator = SeededGenerator(seed: 1)
            _ = ArcFaceHead(classes: 3, embedding: 2, using: &generator)
                .loss(.zeros([2, 2]), Tensor([0, 3] as [Int64]))
        }
        expectTrap(result, saying: "ArcFaceHead.loss: expected labels in 0..<3, got 0 to 3")
    }

    @Test func labelsBelowZero() async {
        let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
            var generator = SeededGenerator(seed: 1)
            _ = SubCenterArcFaceHead(classes: 3, embedding: 2, using: &generator)
                .outliers(.zeros([2, 2]), Tensor([0, -1] as [Int64]))
        }
        expectTrap(result, saying: "SubCenterArcFaceHead.outliers: expected labels in 0..<3, got -1 to 0")
    }

    @Test func labelsOfAnotherType() async {
        let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
            var generator = SeededGenerator(seed: 1)
            _ = MagFaceHead(classes: 3, embedding: 2, using: &generator)
                .loss(.zeros([2, 2]), Tensor([0, 1] as [Int32]))
        }
        expectTrap(result, saying: "MagFaceHead.loss: expected labels [2] int64, got [2] int32")
    }

    @Test func embeddingsOfAnotherLength() async {
        let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
            var generator = SeededGenerator(seed: 1)
            _ = SphereFaceHead(classes: 3, embedding: 2, using: &generator)
                .loss(.zeros([2, 5]), Tensor([0, 1] as [Int64]))
        }
        expectTrap(result, saying: "SphereFaceHead.loss: expected embeddings [N, 2], got [2, 5] float32")
    }

    @Test func embeddingsOfAnotherLengthForLogits() async {
        let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
            var generator = SeededGenerator(seed: 1)
            _ = CosFaceHead(classes: 3, embedding: 2, using: &generator).logits(.zeros([2, 5]))
        }
        expectTrap(result, saying: "cosines: expected embeddings [N, 2], got [2, 5] float32")
    }

    @Test func labelsForRegularisers() async {
        let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
            var generator = SeededGenerator(seed: 1)
            let head = CosFaceHead(classes: 3, embedding: 2, using: &generator)
            _ = InterLoss(of: head)(.zeros([2, 2]), Tensor([0, 3] as [Int64]))
        }
        expectTrap(result, saying: "InterLoss: expected labels in 0..<3, got 0 to 3")
    }

    @Test func aScaleOfZero() async {
        let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
            var generator = SeededGenerator(seed: 1)
            _ = CurricularFaceHead(classes: 3, embedding: 2, scale: 0, using: &generator)
        }
        expectTrap(result, saying: "CurricularFaceHead: expected a scale above 0, got 0.0")
    }

    /// A margin of 28.6 that was meant in degrees.
    @Test func degreesTakenForRadians() async {
        let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
            var generator = SeededGenerator(seed: 1)
            _ = ArcFaceHead(classes: 3, embedding: 2, margin: .radians(28.6), using: &generator)
        }
        expectTrap(result, saying: "ArcFaceHead: expected a margin from 0 to below pi radians, got 28.6")
    }

    @Test func noClasses() async {
        let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
            var generator = SeededGenerator(seed: 1)
            _ = ElasticFaceHead(classes: 0, embedding: 2, using: &generator)
        }
        expectTrap(result, saying: "ElasticFaceHead: expected positive numbers, got 0 classes, embedding 2")
    }

    @Test func lengthsWithoutWidth() async {
        let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
            var generator = SeededGenerator(seed: 1)
            _ = MagFaceHead(classes: 3, embedding: 2, lengths: 10...10, using: &generator)
        }
        expectTrap(result, saying: "MagFaceHead: expected lengths above 0 of some width, got 10.0...10.0")
    }
}
