import NeuralNetwork
import Randomness
import Testing
import TestSupport
import Torch

/// Freezing by name: what is frozen gets no gradient, changes in no step, and keeps its statistics.
@Suite(.noLeaks) struct FreezingTests {
    private final class Network: Module, Layer {
        private let layer1: Sequential
        private let layer10: Linear
        private let scale = BatchNorm(2, learningScale: false)

        init(_ generator: inout SeededGenerator) {
            layer1 = Sequential(Linear(3, 4, using: &generator), BatchNorm(4))
            layer10 = Linear(4, 2, using: &generator)
        }

        func callAsFunction(_ input: Tensor) -> Tensor { scale(layer10(layer1(input))) }
    }

    private func network() -> (Network, SeededGenerator) {
        var generator = SeededGenerator(seed: 1)
        return (Network(&generator), generator)
    }

    /// Trains three steps with momentum and weight decay, and tells which values changed.
    private func changed(_ network: Network, _ generator: inout SeededGenerator) -> Set<String> {
        let before = network.state().mapValues { $0.clone() }
        let optimizer = SGD([network], learningRate: 0.1, momentum: 0.9, weightDecay: 0.1)
        for _ in 0..<3 {
            optimizer.clearGradients()
            let target = Tensor.normal([6, 2], using: &generator)
            (network(.normal([6, 3], mean: 1, using: &generator)) - target).squared().sum().backward()
            optimizer.step()
        }
        return Set(network.state().filter { name, value in before[name].map { !$0.equals(value).all() } ?? true }.keys)
    }

    @Test func everythingChangesButConstants() {
        var (network, generator) = network()
        #expect(changed(network, &generator) == Set(network.state().keys).subtracting(["scale.weight"]))
        // sum(p.numel()) as in PyTorch, which counts parameters that need no gradient.
        #expect(network.parameterCount == 12 + 4 + 8 + 8 + 2 + 4)
    }

    @Test func aFrozenPartStaysAsItIsUntilItIsFreed() throws {
        var (network, generator) = network()
        let names = network.freeze(part: "layer1")
        #expect(
            names == [
                "layer1.0.weight", "layer1.0.bias", "layer1.1.weight", "layer1.1.bias", "layer1.1.running_mean",
                "layer1.1.running_var", "layer1.1.num_batches_tracked",
            ])
        #expect(changed(network, &generator).allSatisfy { !$0.hasPrefix("layer1.") })
        #expect(
            network.namedParameters().allSatisfy { name, parameter in
                parameter.isFrozen == (parameter.gradient == nil)
                    && parameter.isFrozen == (name.hasPrefix("layer1.") || name == "scale.weight")
            })
        #expect(network.freeze(false, part: "layer1") == names)
        #expect(changed(network, &generator) == Set(network.state().keys).subtracting(["scale.weight"]))
    }

    @Test func aConstantStaysFrozen() {
        let (network, _) = network()
        network.freeze { _ in true }
        #expect(!network(.ones([2, 3])).requiresGradient)
        network.freeze(false) { _ in true }
        #expect(network.namedParameters().filter(\.parameter.isFrozen).map(\.name) == ["scale.weight"])
        #expect(network.freeze(part: "layer") == [])
    }

    @Test func freezingForgetsTheGradient() throws {
        let (network, _) = network()
        network(.ones([2, 3]) * Tensor([1.0, 2], shape: [2, 1]).to(.float32)).squared().sum().backward()
        #expect(network.parameters.count { $0.gradient != nil } == 7)
        network.freeze(part: "layer10")
        #expect(network.parameters.count { $0.gradient != nil } == 5)
        network.to(.float64)
        #expect(network.namedParameters().filter(\.parameter.isFrozen).count == 3)
    }

    /// As PyTorch's layer does after `eval()`: the running statistics decide, whatever the batch is.
    @Test func frozenStatisticsNormaliseAsInEvaluation() throws {
        var generator = SeededGenerator(seed: 2)
        let layer = BatchNorm(3)
        for _ in 0..<5 { _ = layer(.normal([8, 3], mean: 2, deviation: 3, using: &generator)) }
        let input = Tensor.normal([4, 3], using: &generator)
        layer.evaluate()
        let expected = layer(input).detached()
        layer.train()
        layer.freeze { $0.hasPrefix("running_") }
        expectEqual(layer(input).detached(), expected)
        #expect(layer(.ones([1, 3])).isAllFinite)
        #expect(layer.parameters.allSatisfy { !$0.isFrozen })
        // With parameters alone frozen, the statistics follow the images.
        layer.freeze(false) { _ in true }
        layer.freeze { $0 == "weight" || $0 == "bias" }
        let before = try #require(layer.state()["running_mean"]).clone()
        _ = layer(input)
        #expect(!before.equals(try #require(layer.state()["running_mean"])).all())
    }
}
