import NeuralNetwork
import Randomness
import Testing
import TestSupport
import Torch

@testable import Backbones

/// Every case of `backbones.safetensors`: torchvision's ResNet, timm's VisionTransformer and insightface's IResNet.
@Suite(.noLeaks) struct BackboneTests {
    private static let cases = (try? Fixture("backbones"))?.cases ?? []

    /// Each tensor's sum, weighed by a closed form, and the sum of its squares: `[tensors, 2]`.
    private func moments(_ tensors: [Tensor]) -> Tensor {
        .stacked(
            tensors.map { tensor in
                let values = tensor.detached().to(.float64)
                let weighed = values * ClosedForm.values(values.shape, offset: 7, scale: 2)
                return .stacked([weighed.sum(), values.squared().sum()])
            })
    }

    /// A sum may cancel, so it is measured by the root of the sum of squares.
    private func expectEqualMoments(_ actual: Tensor, _ expected: Tensor, _ names: [String]) {
        #expect(actual.shape == expected.shape)
        for (index, name) in names.enumerated() {
            let (found, wanted) = (actual[index], expected[index])
            let squares = wanted[1].item()
            expectEqual(
                found[0].item(), wanted[0].item(), absolute: 1e-8 * squares.squareRoot() + 1e-12, "sum of \(name)")
            expectEqual(found[1].item(), squares, absolute: 1e-20, relative: 1e-8, "squares of \(name)")
        }
    }

    /// The laws of torchvision, arcface_torch and timm, by the measured deviation of the largest weights.
    @Test func firstValuesFollowTheirLaws() throws {
        var generator = SeededGenerator(seed: 1)
        func deviation(_ state: [String: Tensor], _ name: String) throws -> Double {
            try #require(state[name]).standardDeviation().item()
        }
        let resnet = ResNet(
            .resnet18, projection: .concatPool(512), zeroInitialResidual: true, using: &generator
        ).state()
        // math.sqrt(2 / (512 * 9)) of nn.init.kaiming_normal_(mode="fan_out") and math.sqrt(2 / 1024) of "fan_in".
        expectEqual(try deviation(resnet, "layer4.1.conv2.weight"), 0.020833333, relative: 0.01)
        expectEqual(try deviation(resnet, "head.4.weight"), 0.044194174, relative: 0.01)
        expectEqual(try #require(resnet["layer1.0.bn1.weight"]), .ones([64]))
        expectEqual(try #require(resnet["layer1.0.bn2.weight"]), .zeros([64]))
        expectEqual(try #require(resnet["head.4.bias"]), .zeros([512]))
        let iresnet = IResNet(.iresnet18, using: &generator).state()
        expectEqual(try deviation(iresnet, "layer4.1.conv2.weight"), 0.1, relative: 0.01)
        // nn.Linear's own: 1 / math.sqrt(3 * 25088).
        expectEqual(try deviation(iresnet, "fc.weight"), 0.0036450609, relative: 0.01)
        let transformer = VisionTransformer(embedding: 8, depth: 1, using: &generator).state()
        for name in ["blocks.0.attn.qkv.weight", "blocks.0.mlp.fc2.weight", "head.weight", "pos_embed"] {
            expectEqual(try deviation(transformer, name), 0.02, relative: 0.05, name)
        }
        expectEqual(try deviation(transformer, "cls_token"), 1e-6, relative: 0.2)
        expectEqual(try #require(transformer["blocks.0.attn.qkv.bias"]), .zeros([3 * 384]))
    }

    /// Bfloat16 keeps 3 digits of each layer; channels-last only adds in another order.
    @Test(arguments: [ResNet.Projection.none, .linear(16), .concatPool(16)])
    func channelsLastAndBfloat16AreNear(projection: ResNet.Projection) {
        var generator = SeededGenerator(seed: 1)
        let network = ResNet(.resnet18, stem: .cifar, projection: projection, using: &generator)
        network.evaluate()
        for size in [(17, 9), (32, 32)] {
            let images = Tensor.normal([2, 3, size.0, size.1], using: &generator)
            network.to(.contiguous)
            let expected = withoutGradients { network(images) }
            let greatest = expected.absolute().maximum().item()
            network.to(.channelsLast)
            let last = images.contiguous(.channelsLast)
            expectEqual(withoutGradients { network(last) }, expected, absolute: 1e-5 * greatest)
            let rounded = withPrecision(.bf16, on: .cpu) { withoutGradients { network(last) } }
            expectEqual(rounded.to(.float32), expected, absolute: 0.05 * greatest)
        }
    }

    @Test func everyParameterTrainsInBfloat16() {
        var generator = SeededGenerator(seed: 1)
        let networks: [(any Backbone, Int)] = [
            (ResNet(.resnet18, stem: .cifar, projection: .concatPool(8), channels: 1, using: &generator), 16),
            (IResNet(.iresnet18, embedding: 8, dropout: 0.4, channels: 1, using: &generator), 112),
            (VisionTransformer(embedding: 8, depth: 2, channels: 1, using: &generator), 224),
        ]
        for (network, size) in networks {
            network.to(.channelsLast)
            let images = Tensor.normal([3, 1, size, size], using: &generator).contiguous(.channelsLast)
            let embeddings = withPrecision(.bf16, on: .cpu) { network(images) }
            #expect(embeddings.shape == [3, 8])
            embeddings.to(.float32).squared().sum().backward()
            #expect(
                network.namedParameters().filter { $0.parameter.gradient == nil }.map(\.name)
                    == (network is IResNet ? ["features.weight"] : []))
            #expect(network.firstNonFiniteGradient == nil)
        }
    }

    @Test func imagesOfAnotherSizeTrap() async {
        let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
            var generator = SeededGenerator(seed: 1)
            _ = IResNet(.iresnet18, using: &generator)(.zeros([1, 3, 96, 112]))
        }
        expectTrap(result, saying: "IResNet: expected [N, C, 112, 112], got [1, 3, 96, 112] float32")
        let other = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
            var generator = SeededGenerator(seed: 1)
            _ = VisionTransformer(depth: 1, using: &generator)(.zeros([1, 3, 32, 32]))
        }
        expectTrap(other, saying: "VisionTransformer: expected [N, C, 224, 224], got [1, 3, 32, 32] float32")
    }

    @Test(arguments: cases) func namesShapesAndCountAreTheirs(item: Fixture.Case) throws {
        let network = try item.backbone()
        let expected = try #require(item.settings["state"]?.list).map { entry in
            (name: entry.list?.first?.text, shape: entry.list?.last?.list?.compactMap(\.integer))
        }
        let state = network.state()
        #expect(state.keys.sorted() == expected.compactMap(\.name).sorted())
        for (name, shape) in expected { #expect(state[try #require(name)]?.shape == shape, "\(name ?? "")") }
        #expect(network.parameterCount == item.settings["parameters"]?.integer)
    }

    /// Both sides compute in float64 with one library, but convolve other memory layouts with other sums.
    @Test(arguments: cases.filter { $0.has("evaluation") })
    func embeddingsAndAStepOfTrainingAreTheirs(item: Fixture.Case) throws {
        let network = try item.backbone()
        network.to(.float64)
        try network.load(item.filled(network.state()), from: "the closed form")
        let shape = try #require(item.settings["images"]?.list).compactMap(\.integer)
        let images = ClosedForm.values(shape, offset: 3, scale: 3)
        network.evaluate()
        let evaluation = try item.tensor("evaluation")
        #expect(network.embedding == evaluation.size(1))
        expectEqual(
            withoutGradients { network(images) }, evaluation, absolute: 1e-9, relative: 1e-9, "evaluation")
        expectFusedEmbeddings(network, images, evaluation)
        guard item.has("training") else { return }

        network.train()
        for case let dropout as Dropout in network.modules { dropout.evaluate() }
        let targets = ClosedForm.values(evaluation.shape, offset: 5, scale: 2)
        let settings = try #require(item.settings["sgd"])
        let optimizer = SGD(
            [network], learningRate: try #require(settings["lr"]?.number),
            momentum: try #require(settings["momentum"]?.number),
            weightDecay: try #require(settings["weight_decay"]?.number))
        let embeddings = network(images)
        expectEqual(
            embeddings.detached(), try item.tensor("training"), absolute: 1e-9, relative: 1e-9, "training")
        let loss = (embeddings - targets).squared().mean()
        loss.backward()
        let gradients = network.namedParameters().sorted { $0.name < $1.name }.compactMap { name, parameter in
            parameter.gradient.map { (name, $0) }
        }
        #expect(gradients.map(\.0) == item.settings["trained"]?.list?.compactMap(\.text))
        expectEqualMoments(moments(gradients.map(\.1)), try item.tensor("gradients"), gradients.map(\.0))
        optimizer.step()
        let state = network.state().sorted { $0.key < $1.key }
        expectEqualMoments(moments(state.map(\.value)), try item.tensor("state"), state.map(\.key))
        let losses = try item.tensor("losses")
        #expect(losses[1].item() < losses[0].item())
        expectEqual(loss.item(), losses[0].item(), relative: 1e-10, "loss")
        expectEqual((network(images) - targets).squared().mean().item(), losses[1].item(), relative: 1e-9, "next loss")
    }
}
