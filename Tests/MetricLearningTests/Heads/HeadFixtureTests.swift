@testable import MetricLearning
import NeuralNetwork
import Randomness
import Testing
import TestSupport
import Torch

/// Every case of `heads.safetensors`: the papers' formulas in PyTorch's float64, differentiated there.
@Suite(.noLeaks) struct HeadFixtureTests {
    private static let cases = ((try? Fixture("heads"))?.cases ?? []).filter {
        $0.settings["weighting"]?.text != "unique" && !isClippedByTheAuthors($0)
    }

    /// AdaFace's code holds cosines within 0.999, the paper does not, and we hold to the paper: these inputs lie beyond.
    private static func isClippedByTheAuthors(_ item: Fixture.Case) -> Bool {
        guard item.settings["head"]?.text == "adaFace", let vectors = try? item.tensor("weight", as: .float64),
            let embeddings = try? item.tensor("embeddings", as: .float64)
        else { return false }
        let rows = embeddings.reshaped([-1, vectors.size(1)]).normalised()
        let cosines = rows.linear(weight: vectors.normalised(), bias: nil)
        return cosines.absolute().maximum().item() > 0.999
    }

    @Test func theFixtureIsThere() {
        #expect(Self.cases.count >= 480)
    }

    /// Some fifty operations of float64: 1e-10 in a loss of up to a hundred, and 1e-9 of the greatest element of each row of
    /// a gradient, since rows of zeros have ones of 1e12.
    @Test(arguments: cases) func valueAndGradientsAreRight(item: Fixture.Case) throws {
        let calls = item.settings["calls"]?.integer
        // There an angle is the root of what rounding leaves of 1 - c^2: 1e-8, times the scale.
        let isAtAnEnd = item.settings["input"]?.text?.hasSuffix("parallel_random") ?? false
        let model = try HeadFixture(item)
        func tensor(_ name: String, _ call: Int) throws -> Tensor {
            let whole = try item.tensor(name)
            return calls == nil || name.hasPrefix("weight") ? whole : whole[call]
        }
        for call in 0..<(calls ?? 1) {
            let embeddings = try tensor("embeddings", call).to(.float64).clone().requiringGradient()
            let labels = try tensor("labels", call)
            if item.has("logits") {
                expectEqual(
                    withoutGradients { model.head.logits(embeddings) }, try tensor("logits", call), absolute: 1e-12,
                    relative: 1e-12, "logits")
            }
            for parameter in model.head.parameters { parameter.gradient = nil }
            let loss = model.loss(embeddings, labels)
            loss.backward()
            expectEqual(
                loss.value.detached(), try tensor("value", call), absolute: isAtAnEnd ? 1e-6 : 1e-10, relative: 1e-11,
                "value")
            for (name, parameter) in model.head.namedParameters() where item.has("gradient.\(name)") {
                let expected = try tensor("gradient.\(name)", call)
                compare(parameter.gradient, expected.reshaped(parameter.tensor.shape), item, name)
            }
            if item.has("gradient.embeddings") {
                compare(
                    embeddings.gradient, try tensor("gradient.embeddings", call), item, "embeddings", of: embeddings)
            }
            #expect(embeddings.gradient?.isAllFinite ?? true)
            #expect(model.head.firstNonFiniteGradient == nil)
            for (name, buffer) in [("mean", "length_mean"), ("deviation", "length_deviation"), ("t", "progress")]
            where item.has("state.\(name)") {
                let state = try #require(model.head.state()[buffer])
                expectEqual(state, try tensor("state.\(name)", call), relative: 1e-13, "state after \(call)")
            }
        }
    }

    /// - Parameter values: what the gradient is by; the gradient by a short row is a difference divided by its length, so its
    ///   rounding is too.
    private func compare(
        _ gradient: Tensor?, _ expected: Tensor, _ item: Fixture.Case, _ name: String, of values: Tensor? = nil
    ) {
        // An operand that nothing depends on has no gradient.
        let gradient = gradient ?? .zeros(expected.shape, dtype: .float64)
        #expect(gradient.isAllFinite, "\(name)")
        guard item.settings["gradients"]?.text == "stored" else { return }
        let size = expected.rank == 2 ? expected.size(0) : 1
        for row in 0..<size {
            let wanted = expected.rank == 2 ? expected[row] : expected
            let found = expected.rank == 2 ? gradient[row] : gradient
            let greatest = wanted.absolute().maximum().item()
            let length = values?.detached()[row].norm().item() ?? 1
            let rounding = 1e-14 / max(length, 1e-12)
            expectEqual(found, wanted, absolute: 1e-9 * greatest + 1e-11 + rounding, "gradient of \(name), row \(row)")
        }
    }
}
