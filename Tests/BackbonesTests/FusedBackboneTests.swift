import Backbones
import NeuralNetwork
import Randomness
import Testing
import TestSupport
import Torch

/// Fused networks beside PyTorch's embeddings of `backbones.safetensors` and beside the networks that they were made of.
@Suite(.noLeaks) struct FusedBackboneTests {
    private static let cases = (try? Fixture("backbones"))?.cases.filter { $0.has("evaluation") } ?? []

    /// 32 bits keep 1e-7 of each layer. Bfloat16 keeps 4e-3 of each, so of an embedding its direction is compared.
    private func expectNear(_ actual: Tensor, _ expected: Tensor, _ precision: Precision, _ what: String) {
        #expect(actual.dtype == .float32)
        let (actual, expected) = (actual.to(.float64), expected.to(.float64))
        let greatest = expected.absolute().maximum().item()
        switch precision {
        case .fp32: expectEqual(actual, expected, absolute: 1e-4 * greatest, what)
        case .bf16:
            expectEqual(actual, expected, absolute: 0.05 * greatest, what)
            let products = (actual * expected).sum(along: [1])
            let lengths = (actual.squared().sum(along: [1]) * expected.squared().sum(along: [1])).squareRoot()
            expectEqual(products / lengths, .ones(products.shape, dtype: .float64), absolute: 1e-3, "cosine, \(what)")
        }
    }

    @Test(arguments: cases) func embeddingsAreTorchs(item: Fixture.Case) throws {
        let network = try item.backbone()
        network.to(.float64)
        try network.load(item.filled(network.state()), from: "the closed form")
        network.to(.float32)
        let shape = try #require(item.settings["images"]?.list).compactMap(\.integer)
        let images = ClosedForm.values(shape, offset: 3, scale: 3).to(.float32)
        let expected = try item.tensor("evaluation")
        network.freeze { _ in true }
        let before = network.state().mapValues { $0.clone() }
        let sameImages = images.clone()
        for precision in Precision.allCases {
            let fused = network.fused(precision)
            expectNear(fused(images), expected, precision, "the batch")
            // Weights were laid out for that batch; they serve others as well.
            expectNear(fused(images[0..<1].contiguous(.channelsLast)), expected[0..<1], precision, "one image")
            #expect(fused.parameters.isEmpty && fused.namedBuffers().isEmpty && !fused.isTraining)
        }
        #expect(network.modules.allSatisfy(\.isTraining))
        #expect((images - sameImages).absolute().maximum().item() == 0)
        for (name, tensor) in network.state() {
            #expect((tensor - (try #require(before[name]))).absolute().maximum().item() == 0, "\(name)")
        }
    }

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
        expectNear(network.fused(precision)(images), try item.tensor("features")[0], precision, "features")
    }

    /// Means far from zero show that no shift is lost at an edge; all variants of blocks, with and without a stride.
    @Test(arguments: Precision.allCases) func manySizesAndBatchesAreThePlainNetworks(precision: Precision) throws {
        var generator = SeededGenerator(seed: 3)
        func randomized(_ network: some Backbone) throws -> some Backbone {
            let state = network.state().reduce(into: network.state()) { state, entry in
                if entry.key.hasSuffix("running_mean") || entry.key.hasSuffix("bias") {
                    state[entry.key] = .normal(entry.value.shape, using: &generator)
                } else if entry.key.hasSuffix("running_var") {
                    state[entry.key] = .uniform(entry.value.shape, in: 0.5...2, using: &generator)
                }
            }
            try network.load(state, from: "random numbers")
            return network
        }
        let resnet = try randomized(ResNet(.resnet18, stem: .cifar, projection: .linear(16), using: &generator))
        let deep = try randomized(ResNet(.resnet50, projection: .concatPool(16), channels: 1, using: &generator))
        let faces = try randomized(IResNet(.iresnet18, embedding: 16, using: &generator))
        for (network, shapes) in [
            (resnet as any Backbone, [[1, 3, 32, 32], [3, 3, 17, 9], [2, 3, 32, 32]]),
            (deep, [[2, 1, 40, 33], [1, 1, 64, 64]]), (faces, [[1, 3, 112, 112], [2, 3, 112, 112]]),
        ] {
            let fused = network.fused(precision)
            network.evaluate()
            for shape in shapes {
                let images = Tensor.normal(shape, using: &generator)
                expectNear(fused(images), withoutGradients { network(images) }, precision, "\(shape)")
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
            _ = IResNet(.iresnet18, using: &generator).fused()(.zeros([1, 3, 96, 112]))
        }
        expectTrap(third, saying: "IResNet: expected [N, C, 112, 112], got [1, 3, 96, 112]")
    }
}
