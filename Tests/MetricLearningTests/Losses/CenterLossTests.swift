import MetricLearning
import NeuralNetwork
import Randomness
import Testing
import TestSupport
import Torch

@Suite(.noLeaks) struct CenterLossTests {
    private static let updates: [CenterLoss.Update] = [.gradient, .paper(rate: 0.5), .movingAverage(rate: 0.1)]

    private struct Draw {
        let embeddings: Tensor
        let labels: Tensor
        let centers: Tensor

        init(seed: UInt64, batch: Int = 6, classes: Int = 4, embedding: Int = 3) {
            var generator = SeededGenerator(seed: seed)
            embeddings = .normal([batch, embedding], dtype: .float64, using: &generator)
            centers = .normal([classes, embedding], dtype: .float64, using: &generator)
            labels = Tensor((0..<batch).map { _ in generator.index(below: classes) })
        }
    }

    /// What a step does: the value, the gradient of the embeddings and the new centres.
    private struct Outcome {
        let value: Double
        let gradient: Tensor?
        let centers: Tensor
    }

    private func outcome(
        _ update: CenterLoss.Update, _ embeddings: Tensor, _ labels: Tensor, _ centers: Tensor, weight: Double = 1
    ) -> Outcome {
        let module = CenterLoss(centers: centers.clone(), update: update)
        let batch = embeddings.clone().requiringGradient()
        let optimizer = SGD([module], learningRate: 0.5)
        let value = step([optimizer]) { weight * module(batch, labels) }
        return Outcome(value: value.item(), gradient: batch.gradient, centers: module.classCenters.clone())
    }

    @Test(arguments: updates, [0, 0.003, 1, 100])
    func theWeightScalesGradientsAndLeavesTheCentersAlone(update: CenterLoss.Update, weight: Double) throws {
        let draw = Draw(seed: 1)
        let plain = outcome(update, draw.embeddings, draw.labels, draw.centers)
        let weighted = outcome(update, draw.embeddings, draw.labels, draw.centers, weight: weight)
        expectEqual(weighted.centers, plain.centers)
        #expect(!plain.centers.equals(draw.centers).all())
        expectEqual(weighted.value, plain.value * weight, relative: 1e-15)
        expectEqual(
            try #require(weighted.gradient), try #require(plain.gradient) * weight, relative: 1e-14, "embeddings")
    }

    @Test(arguments: updates) func anotherLossBesideItLeavesTheCentersAlone(update: CenterLoss.Update) throws {
        let draw = Draw(seed: 2)
        let module = CenterLoss(centers: draw.centers.clone(), update: update)
        var generator = SeededGenerator(seed: 3)
        let head = SoftmaxHead(classes: 4, embedding: 3, using: &generator).to(.float64)
        let batch = draw.embeddings.clone().requiringGradient()
        step([SGD([module], learningRate: 0.5)]) {
            3 * head.loss(batch, draw.labels) + 0.01 * module(batch, draw.labels) * 2
        }
        expectEqual(
            module.classCenters, outcome(update, draw.embeddings, draw.labels, draw.centers).centers)
    }

    /// Centres that move by themselves have no gradient for an optimizer to follow.
    @Test(arguments: [CenterLoss.Update.paper(rate: 0.5), .movingAverage(rate: 0.1)])
    func anOptimizerLeavesCentersThatMoveThemselvesAlone(update: CenterLoss.Update) {
        let draw = Draw(seed: 3)
        let module = CenterLoss(centers: draw.centers.clone(), update: update).to(.float64).to(.cpu)
        #expect(module.parameters.allSatisfy { !$0.tensor.requiresGradient })
        _ = module(draw.embeddings, draw.labels)
        expectEqual(outcome(update, draw.embeddings, draw.labels, draw.centers).centers, module.classCenters)
    }

    /// Central differences with h err by h^2 and by 1e-16 / h: 1e-9 or so at h = 1e-5.
    @Test(arguments: updates) func gradientsAreSlopes(update: CenterLoss.Update) throws {
        let draw = Draw(seed: 4)
        func value(_ embeddings: Tensor) -> Double {
            withoutGradients {
                CenterLoss(centers: draw.centers.clone(), update: update)(embeddings, draw.labels).value.item()
            }
        }
        let gradient = try #require(
            outcome(update, draw.embeddings, draw.labels, draw.centers).gradient
        ).array(of: Double.self)
        let numbers = draw.embeddings.array(of: Double.self)
        let h = 1e-5
        for index in numbers.indices {
            func moved(_ distance: Double) -> Tensor {
                var moved = numbers
                moved[index] += distance
                return Tensor(moved, shape: draw.embeddings.shape)
            }
            expectEqual((value(moved(h)) - value(moved(-h))) / (2 * h), gradient[index], absolute: 1e-8)
        }
    }

    /// The centres of the gradient rule move by the slope of the same loss.
    @Test func gradientsOfTheCentersAreSlopes() throws {
        let draw = Draw(seed: 5)
        let module = CenterLoss(centers: draw.centers.clone())
        module(draw.embeddings, draw.labels).backward()
        let gradient = try #require(module.parameters.first?.gradient).array(of: Double.self)
        let numbers = draw.centers.array(of: Double.self)
        let h = 1e-5
        for index in numbers.indices {
            func value(_ distance: Double) -> Double {
                var moved = numbers
                moved[index] += distance
                return CenterLoss(centers: Tensor(moved, shape: draw.centers.shape))(draw.embeddings, draw.labels)
                    .value.item()
            }
            expectEqual((value(h) - value(-h)) / (2 * h), gradient[index], absolute: 1e-8)
        }
    }

    @Test(arguments: updates) func translationAndOrderChangeNothing(update: CenterLoss.Update) throws {
        for seed in 0..<200 as Range<UInt64> {
            let draw = Draw(seed: seed)
            let plain = outcome(update, draw.embeddings, draw.labels, draw.centers)
            var generator = SeededGenerator(seed: seed)
            let shift = Tensor.normal([1, 3], deviation: 10, dtype: .float64, using: &generator)
            let moved = outcome(update, draw.embeddings + shift, draw.labels, draw.centers + shift)
            // A shift of some 10 rounds each number to 2e-15.
            expectEqual(moved.value, plain.value, relative: 1e-12, "seed \(seed)")
            expectEqual(moved.centers - shift, plain.centers, absolute: 1e-13, "seed \(seed)")
            expectEqual(try #require(moved.gradient), try #require(plain.gradient), absolute: 1e-13)
            let order = Tensor(generator.permutation(of: 6))
            let mixed = outcome(update, draw.embeddings.gathered(order), draw.labels.gathered(order), draw.centers)
            expectEqual(mixed.value, plain.value, relative: 1e-14, "seed \(seed)")
            expectEqual(mixed.centers, plain.centers, absolute: 1e-14, "seed \(seed)")
            expectEqual(try #require(mixed.gradient), try #require(plain.gradient).gathered(order), relative: 1e-14)
        }
    }

    /// Embeddings 2^-10 of their size away from centres of size 2^14 or 2^20: the squares are exact even in float32, while
    /// the expanded form would keep none or few of their digits.
    @Test(arguments: updates, [0x1p14, 0x1p20]) func longVectorsLoseNoDigits(update: CenterLoss.Update, size: Double) {
        let centers = Tensor([size, 0, 0, size, -size, size], shape: [3, 2]).to(.float32)
        let distance = size * 0x1p-10
        let embeddings = (centers + distance).to(.float32)
        let value = CenterLoss(centers: centers, update: update)(embeddings, Tensor([0, 1, 2] as [Int64])).value.item()
        let expected = 2 * distance * distance
        #expect(value == (update == .paper(rate: 0.5) ? expected * 0.5 : expected))
    }

    @Test(arguments: updates) func autocastAroundItChangesNothing(update: CenterLoss.Update) throws {
        let draw = Draw(seed: 6)
        let (embeddings, centers) = (draw.embeddings.to(.float32), draw.centers.to(.float32))
        let plain = outcome(update, embeddings, draw.labels, centers)
        let rounded = withPrecision(.bf16, on: .cpu) { outcome(update, embeddings, draw.labels, centers) }
        #expect(rounded.value == plain.value)
        expectEqual(rounded.centers, plain.centers)
        expectEqual(try #require(rounded.gradient), try #require(plain.gradient))
    }

    @Test func embeddingsOfFewerBitsAreComputedInTheCenters() throws {
        let draw = Draw(seed: 6)
        let (embeddings, centers) = (draw.embeddings.to(.bfloat16), draw.centers.to(.float32))
        let loss = CenterLoss(centers: centers)(embeddings, draw.labels)
        #expect(loss.value.dtype == .float32)
        expectEqual(loss.value.item(), outcome(.gradient, embeddings.to(.float32), draw.labels, centers).value)
    }

    @Test(arguments: updates) func theStateIsTheCenters(update: CenterLoss.Update) throws {
        let draw = Draw(seed: 7)
        let first = CenterLoss(centers: draw.centers.clone(), update: update)
        #expect(first.state().keys.sorted() == ["centers"])
        let second = CenterLoss(centers: .zeros([4, 3], dtype: .float64), update: update)
        try second.load(first.state(), from: "memory")
        let batch = draw.embeddings.clone().requiringGradient()
        for module in [first, second] {
            step([SGD([module], learningRate: 0.5)]) { module(batch, draw.labels) }
        }
        expectEqual(second.classCenters, first.classCenters)
        #expect(!first.classCenters.equals(draw.centers).all())
    }

    @Test(arguments: updates) func evaluationLeavesTheCentersAlone(update: CenterLoss.Update) {
        let draw = Draw(seed: 8)
        let module = CenterLoss(centers: draw.centers.clone(), update: update)
        module.evaluate()
        _ = module(draw.embeddings, draw.labels)
        expectEqual(module.classCenters, draw.centers)
    }

    @Test(arguments: updates) func anEmptyBatchIsZeroAndMovesNothing(update: CenterLoss.Update) {
        let draw = Draw(seed: 9)
        let module = CenterLoss(centers: draw.centers.clone(), update: update)
        let batch = Tensor.zeros([0, 3], dtype: .float64).requiringGradient()
        let value = step([SGD([module], learningRate: 0.5)]) { module(batch, Tensor([] as [Int64])) }
        #expect(value.item() == 0)
        expectEqual(module.classCenters, draw.centers)
    }

    @Test func centersStartStandardNormal() {
        var generator = SeededGenerator(seed: 1)
        let centers = CenterLoss(classes: 1000, embedding: 20, using: &generator).classCenters
        #expect(centers.shape == [1000, 20] && centers.dtype == .float32)
        // Five standard errors over 20,000 draws.
        expectEqual(centers.mean().item(), 0, absolute: 0.036)
        expectEqual(centers.squared().mean().item(), 1, absolute: 0.05)
    }
}
