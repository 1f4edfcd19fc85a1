import NeuralNetwork
import Randomness
import Testing
import TestSupport
import Torch

/// The laws of PyTorch's default initialisation, over as many seeds as the fixture took.
@Suite(.noLeaks) struct InitialisationTests {
    struct Case: Sendable, CustomTestStringConvertible {
        let settings: Setting
        var testDescription: String { settings["name"]?.text ?? "" }
    }

    private static func cases() throws -> [Case] {
        try #require(Fixture.json("initialisation.json")["cases"]?.list).map { Case(settings: $0) }
    }

    private func made(_ item: Case, _ generator: inout SeededGenerator) throws -> Module {
        func integer(_ key: String) throws -> Int { try #require(item.settings["settings"]?[key]?.integer) }
        switch item.settings["layer"]?.text {
        case "Conv2d":
            return Conv2d(
                try integer("in_channels"), try integer("out_channels"), kernel: try integer("kernel_size"),
                groups: item.settings["settings"]?["groups"]?.integer ?? 1, using: &generator)
        case "Linear": return Linear(try integer("in_features"), try integer("out_features"), using: &generator)
        case "PReLU": return PReLU(channels: try integer("num_parameters"))
        default: return BatchNorm(try integer("num_features"))
        }
    }

    @Test(arguments: try cases()) func parametersFollowTheLaw(item: Case) throws {
        let laws = try #require(item.settings["parameters"]?.object)
        let seeds = try #require(item.settings["seeds"]?.integer)
        var values: [String: [Tensor]] = [:]
        for seed in 0..<seeds {
            var generator = SeededGenerator(seed: UInt64(seed))
            for (name, parameter) in try made(item, &generator).namedParameters() {
                values[name, default: []].append(parameter.tensor.detached().to(.float64).flattened())
            }
        }
        #expect(values.keys.sorted() == laws.keys.sorted())
        for (name, parts) in values {
            let all = Tensor.concatenated(parts)
            let law = try #require(laws[name]?["expected"])
            if let constant = law["value"]?.number {
                expectEqual(all, .full(all.shape, constant, dtype: .float64), name)
                continue
            }
            let bound = try #require(law["bound"]?.number)
            let count = Double(all.count)
            #expect(count == laws[name]?["measured"]?["samples"]?.number)
            // The bound itself is rounded to float32. Five standard errors of a uniform law's mean and variance.
            #expect(all.absolute().maximum().item() <= bound * (1 + 1e-7), "\(name)")
            #expect(all.absolute().maximum().item() > bound * (1 - 20 / count), "\(name)")
            expectEqual(all.mean().item(), 0, absolute: 5 * bound / (3 * count).squareRoot(), "mean of \(name)")
            let variance = (all - all.mean()).squared().mean().item()
            expectEqual(
                variance, try #require(law["variance"]?.number), relative: 5 * (0.8 / count).squareRoot(),
                "variance of \(name)")
        }
    }

    @Test func oneSeedGivesOneNetworkAndLayersDiffer() throws {
        func made(_ seed: UInt64) -> Sequential {
            var generator = SeededGenerator(seed: seed)
            return Sequential(Linear(4, 4, using: &generator), Linear(4, 4, using: &generator))
        }
        let state = made(1).state()
        for (name, tensor) in made(1).state() { expectEqual(tensor, try #require(state[name]), name) }
        #expect(!(try #require(made(2).state()["0.weight"])).equals(try #require(state["0.weight"])).all())
        #expect(!(try #require(state["0.weight"])).equals(try #require(state["1.weight"])).all())
    }

    @Test func xavierStaysWithinItsBound() {
        var generator = SeededGenerator(seed: 1)
        // sqrt(6 / (300 + 200)) is 0.10954451150103322.
        let values = Tensor.xavierUniform([300, 200], using: &generator).absolute().maximum().item()
        #expect(values <= 0.10954451150103322 * (1 + 1e-7) && values > 0.10954)
    }
}
