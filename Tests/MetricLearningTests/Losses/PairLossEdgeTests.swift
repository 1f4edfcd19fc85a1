import MetricLearning
import NeuralNetwork
import Randomness
import Testing
import TestSupport
import Torch

/// Batches in which little or nothing can be learnt, and embeddings that are hard to compare.
@Suite(.noLeaks) struct PairLossEdgeTests {
    private struct Outcome {
        let value: Double
        let gradient: Tensor
    }

    private func outcome(_ kind: EveryPairLoss, _ embeddings: Tensor, _ labels: [Int64]) throws -> Outcome {
        let loss = kind.make(embedding: embeddings.size(1))
        let batch = embeddings.clone().requiringGradient()
        let result = loss(batch, Tensor(labels))
        result.backward()
        return Outcome(value: result.value.item(), gradient: try #require(batch.gradient))
    }

    private func normal(_ count: Int, seed: UInt64 = 1) -> Tensor {
        var generator = SeededGenerator(seed: seed)
        return .normal([count, 3], using: &generator)
    }

    @Test(arguments: EveryPairLoss.allCases) func anEmptyBatchIsZero(kind: EveryPairLoss) throws {
        let found = try outcome(kind, .zeros([0, 3]), [])
        // The centres' own distances are all that is left.
        #expect(kind == .softTriple ? found.value > 0 : found.value == 0)
        #expect(found.gradient.shape == [0, 3])
    }

    @Test(arguments: EveryPairLoss.allCases.filter { !$0.hasProxies }, [[0], [0, 1, 2]] as [[Int64]])
    func noPairOfOneClassDrawsNothingTogether(kind: EveryPairLoss, labels: [Int64]) throws {
        let found = try outcome(kind, normal(labels.count), labels)
        #expect(found.gradient.isAllFinite)
        if labels.count == 1 || !kind.pushesAlone {
            #expect(found.value == 0)
            #expect(found.gradient.equals(.zeros(found.gradient.shape)).all())
        } else {
            #expect(found.value > 0)
        }
    }

    @Test(arguments: EveryPairLoss.allCases.filter { !$0.hasProxies })
    func oneClassPushesNothingApart(kind: EveryPairLoss) throws {
        let found = try outcome(kind, normal(5), [2, 2, 2, 2, 2])
        #expect(found.gradient.isAllFinite)
        // The share of FastAP's bins is rounded.
        #expect(kind.pullsAlone ? found.value > 0 : abs(found.value) < (kind == .fastAP ? 1e-6 : 1e-30))
    }

    @Test func oneClassWithProxies() {
        var generator = SeededGenerator(seed: 1)
        let labels = Tensor([0, 0] as [Int64])
        let all = ProxyNCALoss(classes: 1, embedding: 3, using: &generator)
        #expect(all(normal(2), labels).value.item() == 0)
        let others = ProxyNCALoss(classes: 1, embedding: 3, denominator: .otherProxies, using: &generator)
        #expect(others(normal(2), labels).value.item() == 0)
        let anchor = ProxyAnchorLoss(classes: 1, embedding: 3, using: &generator)
        #expect(anchor(normal(2), labels).value.item() > 0)
    }

    /// All alike, of opposite sign, zero, or much too long: values and gradients stay finite.
    @Test(arguments: EveryPairLoss.allCases) func extremesAreFinite(kind: EveryPairLoss) throws {
        let labels: [Int64] = [0, 1, 0, 1, 2, 3]
        let row = Tensor([0.6, -1.1, 2.3] as [Float], shape: [1, 3])
        let signs = Tensor([1, 1, -1, -1, 1, -1] as [Float], shape: [6, 1])
        let batches = [
            row * .ones([6, 1]), row * signs, .zeros([6, 3]), normal(6) * 1e-6, normal(6) * 1e4,
            Tensor.concatenated([normal(3), normal(3)]), Tensor.concatenated([normal(3), .zeros([3, 3])]),
        ]
        for (index, batch) in batches.enumerated() {
            let found = try outcome(kind, batch, labels)
            #expect(found.value.isFinite, "batch \(index)")
            #expect(found.gradient.isAllFinite, "batch \(index)")
        }
    }

    @Test(arguments: EveryPairLoss.allCases) func noNumberGivesNoNumber(kind: EveryPairLoss) {
        let batch = normal(6)
        let labels = Tensor([0, 1, 0, 1, 0, 1] as [Int64])
        for value in [Double.nan, Double.infinity] {
            let spoilt = batch.clone()
            spoilt[0].fill(value)
            let loss = kind.make(embedding: 3)
            let found = loss(spoilt, labels).value.item()
            // A miner that compares passes over what cannot be compared.
            let passesOver = kind == .tripletSemiHard || kind == .multiSimilarityMined
            #expect(found.isNaN || passesOver)
        }
    }

    @Test func wrongShapesAndTypesTrap() async {
        let shape = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
            _ = SupConLoss()(Tensor.zeros([3]), Tensor([0, 1, 2] as [Int64]))
        }
        expectTrap(shape, saying: "Comparison: expected embeddings [N, D] of floating point, got [3] float32")
        let labels = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
            _ = SupConLoss()(Tensor.zeros([3, 2]), Tensor([0, 1] as [Int64]))
        }
        expectTrap(labels, saying: "Comparison: expected labels [3] int64, got [2] int64")
        let real = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
            _ = SupConLoss()(Tensor.zeros([2, 2]), Tensor([0, 1] as [Float]))
        }
        expectTrap(real, saying: "Comparison: expected labels [2] int64, got [2] float32")
        let range = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
            var generator = SeededGenerator(seed: 1)
            _ = ProxyAnchorLoss(classes: 2, embedding: 2, using: &generator)(.zeros([1, 2]), Tensor([2] as [Int64]))
        }
        expectTrap(range, saying: "ProxyAnchorLoss: expected labels in 0..<2, got 2 to 2")
    }
}
