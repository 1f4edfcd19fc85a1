import Files
import NeuralNetwork
import Randomness
import Testing
import TestSupport
import Torch

/// A network with everything that a module may hold.
private final class Network: Module, Layer {
    private let convFirst: Conv2d
    private let bn1 = BatchNorm(2)
    private let skip: Linear?
    private let missing: Linear? = nil
    private let layers: [PReLU] = [PReLU(), PReLU(channels: 3)]
    private let head: Sequential
    private let logitScale: Parameter?
    private let noScale: Parameter? = nil
    private let runningCount = Buffer(.zeros([1]))
    private let name = "no state"

    init(_ generator: inout SeededGenerator) {
        convFirst = Conv2d(1, 2, kernel: 3, using: &generator)
        skip = Linear(2, 3, bias: false, using: &generator)
        head = Sequential(Linear(3, 2, using: &generator), Dropout(0.5, using: &generator))
        logitScale = Parameter(.ones([1]))
    }

    func callAsFunction(_ input: Tensor) -> Tensor { input }
}

@Suite(.noLeaks) struct ModuleTests {
    private func network(seed: UInt64 = 1) -> Network {
        var generator = SeededGenerator(seed: seed)
        return Network(&generator)
    }

    @Test func namesAreTorchs() {
        let network = network()
        #expect(
            Set(network.namedParameters().map(\.name)) == [
                "conv_first.weight", "conv_first.bias", "bn1.weight", "bn1.bias", "skip.weight", "layers.0.weight",
                "layers.1.weight", "head.0.weight", "head.0.bias", "logit_scale",
            ])
        #expect(
            Set(network.namedBuffers().map(\.name)) == [
                "bn1.running_mean", "bn1.running_var", "bn1.num_batches_tracked", "running_count",
            ])
        #expect(network.parameters.count == 10)
        #expect(network.parameterCount == 18 + 2 + 2 + 2 + 6 + 1 + 3 + 6 + 2 + 1)
        #expect(network.state(prefix: "model.").keys.allSatisfy { $0.hasPrefix("model.") })
        #expect(network.state().count == 14)
    }

    @Test func childrenAreFoundInOrder() {
        let network = network()
        #expect(
            network.children.map(\.name) == ["conv_first", "bn1", "skip", "layers.0", "layers.1", "head"])
        #expect(network.modules.count == 1 + 6 + 2)
    }

    @Test func trainingReachesEverything() {
        let network = network()
        #expect(network.modules.allSatisfy { $0.isTraining })
        network.evaluate()
        #expect(network.modules.allSatisfy { !$0.isTraining })
        network.train()
        #expect(network.modules.allSatisfy { $0.isTraining })
    }

    @Test func stateGoesFromOneNetworkToAnother() throws {
        let first = network()
        let second = network(seed: 2)
        #expect(!(try #require(first.state()["skip.weight"])).equals(try #require(second.state()["skip.weight"])).all())
        try second.load(first.state(), from: "memory")
        for (name, tensor) in first.state() { expectEqual(try #require(second.state()[name]), tensor, name) }
        try second.load(network(seed: 3).state(prefix: "model."), prefix: "model.", from: "memory")
        expectEqual(
            try #require(second.state()["skip.weight"]), try #require(network(seed: 3).state()["skip.weight"]))
        #expect(second.parameters.allSatisfy { $0.tensor.requiresGradient })
    }

    @Test func loadConvertsTypesAndLeavesLayoutsAlone() throws {
        let first = network()
        let second = network(seed: 2).to(.float64).to(.channelsLast)
        try second.load(first.state(), from: "memory")
        let weight = try #require(second.state()["conv_first.weight"])
        #expect(weight.dtype == .float64)
        expectEqual(weight.to(.float32), try #require(first.state()["conv_first.weight"]))
    }

    @Test func aStateThatDoesNotFitChangesNothing() throws {
        let network = network()
        let before = network.state().mapValues { $0.clone() }
        func expectRefusal(
            _ state: [String: Tensor], prefix: String = "", field: String, problem: String,
            sourceLocation: SourceLocation = #_sourceLocation
        ) throws {
            let error = try #require(throws: UserFacingError.self, sourceLocation: sourceLocation) {
                try network.load(state, prefix: prefix, from: "a.safetensors")
            }
            #expect(error.subject == "a.safetensors" && error.field == field, sourceLocation: sourceLocation)
            #expect(error.problem == problem, sourceLocation: sourceLocation)
            for (name, tensor) in network.state() {
                expectEqual(tensor, try #require(before[name]), name, sourceLocation: sourceLocation)
            }
        }
        let other = self.network(seed: 2).state()
        var state = other
        state["skip.weight"] = nil
        try expectRefusal(state, field: "skip.weight", problem: "it is missing")
        state = other
        state["skip.weight"] = .ones([3, 3])
        try expectRefusal(
            state, field: "skip.weight", problem: "its shape is [3, 3], the model's is [3, 2]")
        state = other
        state["skip.bias"] = .ones([3])
        try expectRefusal(state, field: "skip.bias", problem: "the model has nothing of this name")
        try expectRefusal(
            other, prefix: "model.", field: "model.bn1.bias",
            problem: "it is missing, as are model.bn1.num_batches_tracked, model.bn1.running_mean, "
                + "model.bn1.running_var, model.bn1.weight and 9 more")
    }

    @Test func namesWithAnotherPrefixAreLeftAlone() throws {
        let network = network()
        var state = self.network(seed: 2).state(prefix: "model.")
        state["head.weight"] = .ones([7])
        try network.load(state, prefix: "model.", from: "memory")
        let loaded = network.state(prefix: "model.")
        #expect(loaded["head.weight"] == nil)
        for (name, tensor) in loaded { expectEqual(tensor, try #require(state[name]), absolute: 0, name) }
    }

    @Test func conversionReachesAllAndKeepsWholeNumbers() throws {
        let network = network().to(.float64)
        for (name, tensor) in network.state() {
            #expect(tensor.dtype == (name == "bn1.num_batches_tracked" ? .int64 : .float64), "\(name)")
        }
        #expect(network.parameters.allSatisfy { $0.tensor.requiresGradient && $0.tensor.dtype == .float64 })
        network.to(.channelsLast)
        var generator = SeededGenerator(seed: 1)
        let convolution = Conv2d(4, 2, kernel: 3, using: &generator)
        let before = convolution.state().mapValues { $0.clone() }
        convolution.to(.channelsLast)
        let weight = try #require(convolution.state()["weight"])
        #expect(weight.isContiguous(.channelsLast) && !weight.isContiguous())
        expectEqual(weight, try #require(before["weight"]))
        #expect(convolution.parameters.allSatisfy { $0.tensor.requiresGradient })
    }

    @Test func tellsTheFirstNumberThatIsNotFinite() throws {
        let network = network()
        #expect(network.firstNonFinite == nil && network.firstNonFiniteGradient == nil)
        let scale = try #require(network.namedParameters().first { $0.name == "logit_scale" }?.parameter)
        scale.gradient = Tensor([Float.infinity])
        #expect(network.firstNonFiniteGradient == "logit_scale")
        network.state()["bn1.running_var"]?.fill(.nan)
        #expect(network.firstNonFinite == "bn1.running_var")
    }
}
