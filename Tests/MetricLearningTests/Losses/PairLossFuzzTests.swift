import MetricLearning
import NeuralNetwork
import Randomness
import Testing
import TestSupport
import Torch

/// Ten thousand small and awkward batches for every loss: no trap, and no number that is none.
@Suite(.noLeaks) struct PairLossFuzzTests {
    /// Variants of one loss get a tenth.
    @Test(arguments: EveryPairLoss.allCases) func manyBatches(kind: EveryPairLoss) {
        var generator = SeededGenerator(seed: 11)
        let loss = kind.make(embedding: 2)
        for call in 0..<(kind.isVariant ? 1_000 : 10_000) {
            let count = generator.index(below: 6)
            let labels = (0..<count).map { _ in Int64(generator.index(below: EveryPairLoss.classes)) }
            let embeddings = Tensor(awkward(count, using: &generator), shape: [count, 2])
            // The way back costs as much as the way there; every fifth batch goes it.
            guard call % 5 == 0 ? isFineBothWays(loss, embeddings, labels) : isFine(loss, embeddings, labels) else {
                Issue.record("call \(call): \(embeddings) with labels \(labels)")
                return
            }
        }
    }

    private func isFine(_ loss: any EmbeddingLoss, _ embeddings: Tensor, _ labels: [Int64]) -> Bool {
        withoutGradients { loss(embeddings, Tensor(labels)).value.item().isFinite }
    }

    private func isFineBothWays(_ loss: any EmbeddingLoss, _ embeddings: Tensor, _ labels: [Int64]) -> Bool {
        let result = loss(embeddings.requiringGradient(), Tensor(labels))
        result.backward()
        return result.value.item().isFinite && embeddings.gradient?.isAllFinite == true
    }

    /// Rows in the plane: drawn, equal to an earlier one, opposite to it, zero, or of an extreme length.
    private func awkward(_ count: Int, using generator: inout SeededGenerator) -> [Float] {
        var rows: [[Float]] = []
        for _ in 0..<count {
            let row = [Float(generator.normal()), Float(generator.normal())]
            let earlier = rows.isEmpty ? row : rows[generator.index(below: rows.count)]
            switch generator.index(below: 7) {
            case 0: rows.append([0, 0])
            case 1: rows.append(earlier)
            case 2: rows.append(earlier.map { -$0 })
            case 3: rows.append(row.map { $0 * 1e-6 })
            case 4: rows.append(row.map { $0 * 1e4 })
            default: rows.append(row)
            }
        }
        return rows.flatMap { $0 }
    }
}
