import NeuralNetwork
import Randomness
import Testing
import TestSupport
import Torch

/// Chains of layers; whole networks are compared with PyTorch's in `BackbonesTests`.
@Suite(.noLeaks) struct FusedNetworkTests {
    /// Normalisations with statistics of their own, so that none may be left out or folded the wrong way.
    private func randomized(_ network: Sequential, using generator: inout SeededGenerator) throws -> Sequential {
        let state = network.state().reduce(into: network.state()) { state, entry in
            guard entry.value.rank == 1 else { return }
            state[entry.key] =
                entry.key.hasSuffix("running_var")
                ? .uniform(entry.value.shape, in: 0.5...2, using: &generator)
                : .normal(entry.value.shape, using: &generator)
        }
        try network.load(state, from: "random numbers")
        return network
    }

    @Test func aChainIsWhatItWas() throws {
        var generator = SeededGenerator(seed: 1)
        let network = try randomized(
            Sequential(
                Conv2d(3, 8, kernel: 3, padding: 1, groups: 1, using: &generator), BatchNorm(8), ReLU(),
                Conv2d(8, 8, kernel: 3, stride: 2, dilation: 2, groups: 4, using: &generator), PReLU(channels: 8),
                BatchNorm(8), MaxPool2d(2), Conv2d(8, 4, kernel: 1, using: &generator), ReLU(), Flatten(),
                BatchNorm(4 * 4 * 4), Dropout(0.5, using: &generator), Linear(64, 6, using: &generator), BatchNorm(6),
                ReLU(), BatchNorm(6), Linear(6, 5, bias: false, using: &generator), ReLU(), BatchNorm(5)),
            using: &generator)
        let images = Tensor.normal([4, 3, 20, 20], using: &generator)
        let fused = network.fused(.fp32)
        let rounded = network.fused(.bf16)
        let first = fused(images)
        network.evaluate()
        let expected = withoutGradients { network(images) }
        let greatest = expected.absolute().maximum().item()
        expectEqual(first, expected, absolute: 1e-5 * greatest)
        expectEqual(rounded(images), expected, absolute: 0.05 * greatest)

        // Its weights are its own, whatever the network learns afterwards.
        withoutGradients { for parameter in network.parameters { parameter.tensor.fill(0) } }
        expectEqual(fused(images), first)
    }

    /// A layer without a form of its own is called in evaluation, and left as it was.
    @Test func otherLayersAreCalledInEvaluation() {
        var generator = SeededGenerator(seed: 1)
        let layer = Wrapper(Dropout(0.9, using: &generator))
        let input = Tensor.normal([2, 3], using: &generator)
        expectEqual(layer.fused(.fp32)(input), input)
        #expect(layer.isTraining && layer.inner.isTraining)
    }

    @Test func normalizedRowsOfMoreDimensionsTrap() async {
        let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
            var generator = SeededGenerator(seed: 1)
            let network = Sequential(Linear(4, 4, using: &generator), BatchNorm(4))
            _ = network.fused()(.zeros([2, 4, 4]))
        }
        expectTrap(result, saying: "a normalisation beside a linear map takes [N, C] when fused, got [2, 4, 4]")
    }

    private final class Wrapper: Module, Layer {
        let inner: Dropout

        init(_ inner: Dropout) { self.inner = inner }

        func callAsFunction(_ input: Tensor) -> Tensor { inner(input) }
    }
}
