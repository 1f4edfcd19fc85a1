import Randomness
import Testing
import TestSupport
import Torch

@Suite(.noLeaks) struct RandomTensorTests {
    /// The first output of SplitMix64 with the seed 1234567, which seeds the first tensor, is 6457827717110365317:
    /// torch.empty(6).uniform_(-1, 2, generator=torch.Generator().manual_seed(6457827717110365317)).tolist(), likewise
    /// torch.empty(6, dtype=torch.float64).normal_(1, 0.5, ...) and torch.empty(12).bernoulli_(0.25, ...).
    @Test func drawsAreTorchs() {
        var generator = SeededGenerator(seed: 1_234_567)
        expectEqual(
            Tensor.uniform([6], in: -1...2, using: &generator),
            Tensor(
                [
                    -0.8995101451873779, -0.6747742891311646, 1.2891384363174438, 0.6241127848625183,
                    1.4278969764709473, 1.870297908782959,
                ] as [Float]))
        generator = SeededGenerator(seed: 1_234_567)
        expectEqual(
            Tensor.normal([6], mean: 1, deviation: 0.5, dtype: .float64, using: &generator),
            Tensor([
                0.9735448488783933, 1.2332674786701268, 0.6368864524969715, 1.0589343059161476, 1.4138773892777807,
                1.2114644158770183,
            ]), relative: 1e-15)
        generator = SeededGenerator(seed: 1_234_567)
        expectEqual(
            Tensor.bernoulli([12], probability: 0.25, using: &generator),
            Tensor([0, 1, 0, 1, 1, 0, 0, 0, 0, 0, 0, 0] as [Float]))
    }

    @Test func oneSeedGivesOneSequence() {
        var first = SeededGenerator(seed: 3)
        var second = SeededGenerator(seed: 3)
        let start = Tensor.normal([100], using: &first)
        expectEqual(start, Tensor.normal([100], using: &second))
        let next = Tensor.normal([100], using: &first)
        expectEqual(next, Tensor.normal([100], using: &second))
        #expect(!start.equals(next).all())
        var other = SeededGenerator(seed: 4)
        #expect(!start.equals(.normal([100], using: &other)).all())
    }

    @Test func momentsAndBoundsAreRight() {
        var generator = SeededGenerator(seed: 1)
        let count = 100_000
        // Five standard errors: of a uniform mean 1 / sqrt(12 n), of a variance sqrt((kurtosis - 1) / n) of itself.
        let error = 5 / Double(count).squareRoot()
        let uniform = Tensor.uniform([count], in: 2...5, dtype: .float64, using: &generator)
        #expect(uniform.minimum().item() >= 2 && uniform.maximum().item() < 5)
        expectEqual(uniform.mean().item(), 3.5, absolute: error * 3 / 12.0.squareRoot())
        expectEqual((uniform - 3.5).squared().mean().item(), 0.75, relative: error * 0.8.squareRoot())
        let normal = Tensor.normal([count], mean: -1, deviation: 2, dtype: .float64, using: &generator)
        expectEqual(normal.mean().item(), -1, absolute: error * 2)
        expectEqual((normal + 1).squared().mean().item(), 4, relative: error * 2.0.squareRoot())
        let ones = Tensor.bernoulli([count], probability: 0.3, dtype: .float64, using: &generator)
        expectEqual(ones.mean().item(), 0.3, absolute: error * 0.21.squareRoot())
        #expect((ones * (ones - 1)).absolute().maximum().item() == 0)
    }
}
