import Backbones
import NeuralNetwork
import Randomness
import Testing
import TestSupport
import Torch

/// The forward pass of `lenetplusplus.safetensors`; training is in `MetricLearningTests`.
@Suite(.noLeaks) struct LeNetPlusPlusTests {
    private func network(embedding: Int = 2, channels: Int = 1) -> LeNetPlusPlus {
        var generator = SeededGenerator(seed: 1)
        return LeNetPlusPlus(embedding: embedding, channels: channels, using: &generator)
    }

    @Test func namesAreThoseOfTheRebuilding() throws {
        let item = try Fixture("lenetplusplus")["lenetplusplus"]
        let names = try #require(item.settings["parameters"]?.list).compactMap(\.text)
        // The last layer is the head's and the centres are the loss's.
        #expect(Set(network().state().keys) == Set(names).subtracting(["ip2.weight", "centers"]))
        #expect(network().namedBuffers().isEmpty)
    }

    @Test func closedFormsAreTheFixtures() throws {
        let item = try Fixture("lenetplusplus")["lenetplusplus"]
        let names = try #require(item.settings["parameters"]?.list).compactMap(\.text) + ["images"]
        let expected = try item.tensor("first_values")
        for (index, name) in names.enumerated() {
            expectEqual(try item.closedForm(name, shape: [8]), expected[index], name)
        }
    }

    /// Both sides compute in float64, but may add the 3200 products of a convolution in another order.
    @Test func featuresAreTorchs() throws {
        let item = try Fixture("lenetplusplus")["lenetplusplus"]
        let network = network().to(.float64)
        let state = try network.state().reduce(into: [:]) { state, entry in
            state[entry.key] = try item.closedForm(entry.key, shape: entry.value.shape)
        }
        try network.load(state, from: "the closed form")
        let shape = try #require(item.settings["input_shape"]?.list).compactMap(\.integer)
        let images = try item.closedForm("images", shape: shape)
        let expected = try item.tensor("features")[0]
        expectEqual(network(images).detached(), expected, absolute: 1e-12, relative: 1e-12)

        // 32 bits keep 1e-7 of each of seven layers; bfloat16 keeps 4e-3, and channels-last only adds in another order.
        network.to(.float32).to(.channelsLast)
        let single = images.to(.float32).contiguous(.channelsLast)
        let size = expected.absolute().maximum().item()
        expectEqual(
            network(single).detached(), expected.to(.float32), absolute: 1e-5 * size, "channels-last, 32 bits")
        let rounded = withPrecision(.bf16, on: .cpu) { network(single).detached() }
        expectEqual(rounded.to(.float64), expected, absolute: 0.05 * size, "channels-last, bfloat16")
    }

    @Test(arguments: [(2, 1), (16, 3)]) func embedsImages(embedding: Int, channels: Int) {
        let network = network(embedding: embedding, channels: channels)
        #expect(network.embedding == embedding)
        #expect(network(.zeros([3, channels, 28, 28])).shape == [3, embedding])
        let backbone: any Backbone = network
        #expect(backbone(.zeros([1, channels, 28, 28])).shape == [1, embedding])
    }

    @Test func everyParameterGetsAGradient() {
        let network = network()
        var generator = SeededGenerator(seed: 2)
        network(.normal([2, 1, 28, 28], using: &generator)).squared().sum().backward()
        #expect(network.parameters.allSatisfy { $0.gradient != nil })
        #expect(network.firstNonFiniteGradient == nil)
        // sum(p.numel() for p in Net().parameters()) - 20 in Tools/reference/lenetplusplus.py, the last layer being the head's.
        #expect(network.parameterCount == 797_161)
    }

    @Test func imagesOfAnotherSizeTrap() async {
        let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
            var generator = SeededGenerator(seed: 1)
            _ = LeNetPlusPlus(using: &generator)(.zeros([1, 1, 32, 32]))
        }
        expectTrap(result, saying: "LeNetPlusPlus: expected [N, C, 28, 28], got [1, 1, 32, 32] float32")
    }
}
