import MetricLearning
import NeuralNetwork
import Randomness
import Testing
import TestSupport
import Torch

/// What holds for every loss of pairs, triplets and proxies.
@Suite(.noLeaks) struct PairLossPropertyTests {
    private struct Draw {
        let embeddings: Tensor
        let labels: Tensor
        var generator: SeededGenerator

        init(seed: UInt64, count: Int = 8, embedding: Int = 3, dtype: DType = .float64) {
            var generator = SeededGenerator(seed: seed)
            embeddings = .normal([count, embedding], dtype: dtype, using: &generator)
            labels = Tensor((0..<count).map { _ in Int64(generator.index(below: EveryPairLoss.classes)) })
            self.generator = generator
        }
    }

    private func value(_ loss: any EmbeddingLoss, _ embeddings: Tensor, _ labels: Tensor) -> Double {
        reseed(loss)
        return withoutGradients { loss(embeddings, labels).value.item() }
    }

    private func gradient(_ loss: any EmbeddingLoss, _ embeddings: Tensor, _ labels: Tensor) throws -> Tensor {
        reseed(loss)
        let batch = embeddings.clone().requiringGradient()
        loss(batch, labels).backward()
        return try #require(batch.gradient)
    }

    private func reseed(_ loss: any EmbeddingLoss) {
        var generator = SeededGenerator(seed: 1)
        loss.reseed(using: &generator)
    }

    /// A number moved up and down by h errs by h^2 times the third derivative, up to 1e5 for the scales of 80 and 256 here, and
    /// by 1e-15 / h.
    @Test(arguments: EveryPairLoss.allCases.filter { !$0.holdsConstant })
    func gradientsAreSlopes(kind: EveryPairLoss) throws {
        let draw = Draw(seed: 3)
        let loss = kind.inDouble(embedding: 3)
        let found = try gradient(loss, draw.embeddings, draw.labels).array(of: Double.self)
        let numbers = draw.embeddings.array(of: Double.self)
        let h = 1e-6
        #expect(found.contains { abs($0) > 1e-3 })
        for index in numbers.indices {
            func moved(_ distance: Double) -> Double {
                var moved = numbers
                moved[index] += distance
                return value(loss, Tensor(moved, shape: draw.embeddings.shape), draw.labels)
            }
            expectEqual((moved(h) - moved(-h)) / (2 * h), found[index], absolute: 1e-7, relative: 1e-6)
        }
    }

    @Test(arguments: EveryPairLoss.allCases.filter(\.hasProxies))
    func gradientsOfProxiesAreSlopes(kind: EveryPairLoss) throws {
        let draw = Draw(seed: 4)
        let loss = kind.inDouble(embedding: 3)
        loss(draw.embeddings, draw.labels).backward()
        let (name, parameter) = try #require(loss.namedParameters().first)
        let found = try #require(parameter.gradient).array(of: Double.self)
        let numbers = parameter.tensor.detached().array(of: Double.self)
        let h = 1e-6
        for index in numbers.indices {
            func moved(_ distance: Double) throws -> Double {
                var moved = numbers
                moved[index] += distance
                try loss.load([name: Tensor(moved, shape: parameter.tensor.shape)], from: "the test")
                return value(loss, draw.embeddings, draw.labels)
            }
            expectEqual((try moved(h) - moved(-h)) / (2 * h), found[index], absolute: 1e-7, relative: 1e-6)
        }
    }

    @Test(arguments: EveryPairLoss.allCases.filter { !$0.dependsOnOrder })
    func theOrderOfTheBatchChangesNothing(kind: EveryPairLoss) throws {
        for seed in 0..<30 as Range<UInt64> {
            var draw = Draw(seed: seed)
            let loss = kind.inDouble(embedding: 3)
            let order = Tensor(draw.generator.permutation(of: 8))
            expectEqual(
                value(loss, draw.embeddings.gathered(order), draw.labels.gathered(order)),
                value(loss, draw.embeddings, draw.labels), absolute: 1e-13, relative: 1e-12, "seed \(seed)")
            expectEqual(
                try gradient(loss, draw.embeddings.gathered(order), draw.labels.gathered(order)),
                try gradient(loss, draw.embeddings, draw.labels).gathered(order), absolute: 1e-11, relative: 1e-10)
        }
    }

    /// A reflection at a random plane, of embeddings and proxies alike.
    @Test(arguments: EveryPairLoss.allCases) func reflectionsChangeNothing(kind: EveryPairLoss) throws {
        for seed in 0..<30 as Range<UInt64> {
            var draw = Draw(seed: seed)
            let normal = Tensor.normal([1, 3], dtype: .float64, using: &draw.generator)
            let unit = normal / normal.norm()
            func reflected(_ rows: Tensor) -> Tensor {
                rows - rows.matrixProduct(unit.transposed()).matrixProduct(unit) * 2
            }
            let loss = kind.inDouble(embedding: 3)
            let plain = value(loss, draw.embeddings, draw.labels)
            if let (name, parameter) = loss.namedParameters().first {
                try loss.load([name: reflected(parameter.tensor.detached())], from: "the test")
            }
            expectEqual(
                value(loss, reflected(draw.embeddings), draw.labels), plain, absolute: 1e-12, relative: 1e-11,
                "seed \(seed)")
        }
    }

    @Test(arguments: EveryPairLoss.allCases.filter { !$0.dependsOnLength && $0 != .nPairs })
    func lengthsChangeNothing(kind: EveryPairLoss) {
        for seed in 0..<10 as Range<UInt64> {
            let draw = Draw(seed: seed)
            let loss = kind.inDouble(embedding: 3)
            let plain = value(loss, draw.embeddings, draw.labels)
            // Squares of the last overflow.
            for length in [1e-6, 1e4, 1e200] {
                expectEqual(value(loss, draw.embeddings * length, draw.labels), plain, absolute: 1e-12, relative: 1e-11)
            }
        }
    }

    /// Ids that 32 bits of floating point could not tell apart.
    @Test(arguments: EveryPairLoss.allCases.filter { !$0.hasProxies })
    func labelsAreWholeNumbers(kind: EveryPairLoss) {
        let draw = Draw(seed: 5)
        let loss = kind.inDouble(embedding: 3)
        let plain = value(loss, draw.embeddings, draw.labels)
        for offset in [1 << 24, 1 << 53, -(1 << 60)] as [Int64] {
            let ids = Tensor(draw.labels.array(of: Int64.self).map { $0 + offset })
            #expect(value(loss, draw.embeddings, ids) == plain)
        }
    }

    /// bfloat16 products would be off by a hundredth.
    @Test(arguments: EveryPairLoss.allCases) func autocastAroundItChangesNothing(kind: EveryPairLoss) throws {
        let draw = Draw(seed: 6, dtype: .float32)
        let loss = kind.make(embedding: 3)
        let plain = value(loss, draw.embeddings, draw.labels)
        let expected = try gradient(loss, draw.embeddings, draw.labels)
        // The way back is gone outside of autocast, as PyTorch asks for.
        reseed(loss)
        let batch = draw.embeddings.clone().requiringGradient()
        withPrecision(.bf16, on: .cpu) { loss(batch, draw.labels) }.backward()
        expectEqual(try #require(batch.gradient), expected)
        withPrecision(.bf16, on: .cpu) {
            #expect(value(loss, draw.embeddings, draw.labels) == plain)
            let rounded = draw.embeddings.to(.bfloat16)
            #expect(loss(rounded, draw.labels).value.dtype == .float32)
            #expect(value(loss, rounded, draw.labels) == value(loss, rounded.to(.float32), draw.labels))
        }
    }

    @Test(arguments: EveryPairLoss.allCases) func evaluationIsTheSame(kind: EveryPairLoss) {
        let draw = Draw(seed: 7)
        let loss = kind.inDouble(embedding: 3)
        let plain = value(loss, draw.embeddings, draw.labels)
        loss.evaluate()
        #expect(value(loss, draw.embeddings, draw.labels) == plain)
    }
}
