import Backbones
import NeuralNetwork
import Randomness
import Testing
import TestSupport
import Torch

/// Fused networks beside the networks that they were made of. `BackboneTests` compares them with PyTorch's embeddings, too.
@Suite(.noLeaks) struct FusedBackboneTests {
    @Test(arguments: Precision.allCases) func lenetsFeaturesAreTorchs(precision: Precision) throws {
        let item = try Fixture("lenetplusplus")["lenetplusplus"]
        var generator = SeededGenerator(seed: 1)
        let network = LeNetPlusPlus(using: &generator)
        let state = try network.state().reduce(into: [:]) { state, entry in
            state[entry.key] = try item.closedForm(entry.key, shape: entry.value.shape).to(.float32)
        }
        try network.load(state, from: "the closed form")
        let shape = try #require(item.settings["input_shape"]?.list).compactMap(\.integer)
        let images = try item.closedForm("images", shape: shape)
        expectNearInference(network.fused(precision)(images), try item.tensor("features")[0], precision, "features")
    }

    /// Means far from zero show that no shift is lost at an edge. Weights were laid out for the first size of images; they serve
    /// others as well.
    @Test func manySizesAndBatchesAreThePlainNetworks() throws {
        var generator = SeededGenerator(seed: 3)
        let networks: [(any Backbone, [[Int]])] = [
            (
                ResNet(.resnet18, stem: .cifar, projection: .linear(16), using: &generator),
                [[1, 3, 32, 32], [3, 3, 17, 9], [2, 3, 32, 32]]
            ),
            (
                ResNet(.resnet50, projection: .concatPool(16), channels: 1, using: &generator),
                [[2, 1, 40, 33], [1, 1, 64, 64]]
            ), (IResNet(.iresnet18, embedding: 16, using: &generator), [[1, 3, 112, 112], [2, 3, 112, 112]]),
        ]
        for (network, shapes) in networks {
            let state = network.state().sorted { $0.key < $1.key }.reduce(into: network.state()) { state, entry in
                let (name, shape) = (entry.key, entry.value.shape)
                if name.hasSuffix("running_mean") || name.hasSuffix("bias") {
                    state[name] = .normal(shape, using: &generator)
                } else if name.hasSuffix("running_var") {
                    state[name] = .uniform(shape, in: 0.5...2, using: &generator)
                }
            }
            try network.load(state, from: "random numbers")
            let fused = Precision.allCases.map { network.fused($0) }
            network.evaluate()
            for shape in shapes {
                let images = Tensor.normal(shape, using: &generator)
                let expected = withoutGradients { network(images) }
                for network in fused {
                    expectNearInference(network(images), expected, network.precision, "\(shape)")
                    let last = images.contiguous(.channelsLast)
                    expectNearInference(network(last), expected, network.precision, "\(shape), channels last")
                }
            }
        }
    }

    @Test func trainingTraps() async {
        let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
            var generator = SeededGenerator(seed: 1)
            LeNetPlusPlus(using: &generator).fused().train()
        }
        expectTrap(result, saying: "FusedNetwork: is for inference alone; train the network that it was made of")
        let other = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
            var generator = SeededGenerator(seed: 1)
            _ = LeNetPlusPlus(using: &generator).fused()(Tensor.zeros([1, 1, 28, 28]).requiringGradient())
        }
        expectTrap(
            other, saying: "FusedNetwork: is for inference alone, got an input that needs a gradient")
        let third = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
            var generator = SeededGenerator(seed: 1)
            _ = LeNetPlusPlus(using: &generator).fused()(.zeros([1, 1, 32, 28]))
        }
        expectTrap(third, saying: "LeNetPlusPlus: expected [N, C, 28, 28], got [1, 1, 32, 28]")
    }
}
