import MetricLearning
import NeuralNetwork
import Randomness
import Testing
import TestSupport
import Torch

@Suite(.noLeaks) struct SoftmaxHeadTests {
    private static let entropies = ((try? Fixture("classification"))?.cases ?? []).filter {
        $0.settings["kind"]?.text == "cross_entropy"
    }
    private static let linears = ((try? Fixture("layers"))?.cases ?? []).filter {
        $0.settings["layer"]?.text == "Linear"
    }

    private func head(classes: Int, embedding: Int, bias: Bool = true) -> SoftmaxHead {
        var generator = SeededGenerator(seed: 1)
        return SoftmaxHead(classes: classes, embedding: embedding, bias: bias, using: &generator)
    }

    private func identity(_ size: Int) -> Tensor {
        Tensor((0..<size * size).map { $0 % (size + 1) == 0 ? 1.0 : 0 }, shape: [size, size])
    }

    @Test func theFixturesAreThere() {
        #expect(Self.entropies.count >= 7 && Self.linears.count >= 3)
    }

    /// With the identity as its weight, the logits are the embeddings.
    @Test(arguments: entropies) func lossIsTorchsCrossEntropy(item: Fixture.Case) throws {
        let logits = try item.tensor("logits").requiringGradient()
        let classes = logits.size(1)
        let head = head(classes: classes, embedding: classes, bias: false).to(.float64)
        try head.load(["weight": identity(classes)], from: "the test")
        let loss = head.loss(logits, try item.tensor("labels"))
        loss.backward()
        expectEqual(loss.value.detached(), try item.tensor("value"), absolute: 1e-15, relative: 1e-14)
        expectEqual(try #require(logits.gradient), try item.tensor("gradient"), absolute: 1e-16, relative: 1e-12)
    }

    /// The fixture was rounded to float32: half a unit in the last place, 6e-8.
    @Test(arguments: linears) func logitsAreTorchsLinear(item: Fixture.Case) throws {
        let weight = try item.tensor("weight", as: .float64)
        let head = head(classes: weight.size(0), embedding: weight.size(1), bias: item.has("bias")).to(.float64)
        var state = ["weight": weight]
        if item.has("bias") { state["bias"] = try item.tensor("bias", as: .float64) }
        try head.load(state, from: item.name)
        #expect(head.classes == weight.size(0))
        let input = try item.tensor("input", as: .float64).requiringGradient()
        let logits = head.logits(input)
        expectEqual(logits.detached(), try item.tensor("output", as: .float64), absolute: 1e-14, relative: 6.1e-8)
        logits.backward(try item.tensor("gradient.output", as: .float64))
        expectEqual(
            try #require(input.gradient), try item.tensor("gradient.input", as: .float64), absolute: 1e-14,
            relative: 6.1e-8)
        for (name, parameter) in head.namedParameters() {
            expectEqual(
                try #require(parameter.gradient), try item.tensor("gradient.\(name)", as: .float64), absolute: 1e-14,
                relative: 6.1e-8, name)
        }
    }

    @Test func autocastAroundItChangesNothing() {
        let head = head(classes: 5, embedding: 3)
        var generator = SeededGenerator(seed: 2)
        let embeddings = Tensor.normal([4, 3], using: &generator)
        let labels = Tensor([0, 4, 2, 2] as [Int64])
        let expected = head.loss(embeddings, labels).value.item()
        withPrecision(.bf16, on: .cpu) {
            #expect(head.logits(embeddings).dtype == .float32)
            #expect(head.loss(embeddings, labels).value.item() == expected)
            #expect(head.loss(embeddings.to(.bfloat16), labels).value.dtype == .float32)
        }
    }

    @Test func namesAreTorchs() {
        #expect(head(classes: 3, embedding: 2).state().keys.sorted() == ["bias", "weight"])
        #expect(head(classes: 3, embedding: 2, bias: false).state().keys.sorted() == ["weight"])
        #expect(head(classes: 3, embedding: 2).state()["weight"]?.shape == [3, 2])
    }

    /// PyTorch's mean over nothing is NaN, which would spoil a sum of losses.
    @Test func anEmptyBatchIsZero() {
        #expect(head(classes: 3, embedding: 2).loss(.zeros([0, 2]), Tensor([] as [Int64])).value.item() == 0)
    }
}
