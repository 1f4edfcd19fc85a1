import NeuralNetwork
import Randomness
import Testing
import TestSupport
import Torch

@Suite(.noLeaks) struct DropoutTests {
    private func layer(_ probability: Double, seed: UInt64 = 1) -> Dropout {
        var generator = SeededGenerator(seed: seed)
        return Dropout(probability, using: &generator)
    }

    @Test(arguments: [0.1, 0.5, 0.9]) func zeroesItsShareAndScalesTheRest(probability: Double) {
        let count = 100_000
        let output = layer(probability)(.ones([count], dtype: .float64))
        let zeros = output.equals(.zeros([1], dtype: .float64)).to(.float64)
        // Five standard errors of a share.
        expectEqual(
            zeros.mean().item(), probability,
            absolute: 5 * (probability * (1 - probability) / Double(count)).squareRoot())
        let rest = 1 / (1 - probability)
        expectEqual(output, (zeros * -rest) + rest, relative: 1e-15)
    }

    @Test func leavesEvaluationAloneAndPassesGradientsThroughTheMask() {
        let input = Tensor([1.0, 2, 3, 4, 5, 6, 7, 8]).requiringGradient()
        let dropout = layer(0.5)
        let output = dropout(input)
        output.sum().backward()
        if let gradient = input.gradient { expectEqual(gradient * input.detached(), output.detached()) }
        dropout.evaluate()
        expectEqual(dropout(input).detached(), input.detached())
        dropout.train()
        expectEqual(layer(0)(input).detached(), input.detached())
    }

    @Test func drawsAnewEachTimeAndTheSameAfterReseeding() {
        let ones = Tensor.ones([64])
        let dropout = layer(0.5)
        let first = dropout(ones)
        let second = dropout(ones)
        #expect(!first.equals(second).all())
        expectEqual(layer(0.5)(ones), first)
        #expect(!layer(0.5, seed: 2)(ones).equals(first).all())

        let network = Sequential(layer(0.5), ReLU(), layer(0.5, seed: 2))
        func drawn(_ seed: UInt64) -> Tensor {
            var generator = SeededGenerator(seed: seed)
            network.reseed(using: &generator)
            return network(ones)
        }
        let third = drawn(7)
        #expect(!network(ones).equals(third).all())
        expectEqual(drawn(7), third)
        #expect(!drawn(8).equals(third).all())
    }

    @Test func aProbabilityOfOneTraps() async {
        let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
            var generator = SeededGenerator(seed: 1)
            _ = Dropout(1, using: &generator)
        }
        expectTrap(result, saying: "Dropout: expected a probability in 0..<1, got 1.0")
    }
}
