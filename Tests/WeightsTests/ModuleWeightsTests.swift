import Files
import Foundation
import NeuralNetwork
import Randomness
import Testing
import TestSupport
import Torch
import Weights

/// Has the names of the fixture's network: `conv.weight`, `conv.bias`, `fc.weight`, `fc.bias`.
private final class Network: Module {
    private let conv: Conv2d
    private let fc: Linear

    init(classes: Int = 3) {
        var generator = SeededGenerator(seed: 1)
        conv = Conv2d(1, 2, kernel: 3, using: &generator)
        fc = Linear(2, classes, using: &generator)
    }
}

/// What `fc` is to a whole network: a backbone alone.
private final class Trunk: Module {
    private let conv: Conv2d
    private let bn: BatchNorm?

    init(normalised: Bool = false) {
        var generator = SeededGenerator(seed: 1)
        conv = Conv2d(1, 2, kernel: 3, using: &generator)
        bn = normalised ? BatchNorm(2) : nil
    }
}

@Suite(.noLeaks) struct ModuleWeightsTests {
    /// The fixture's network under other names, as a file.
    private func file(_ change: (inout [String: Tensor]) -> Void = { _ in }, name: (String) -> String = { $0 }) throws
        -> WeightsFile
    {
        let source = try WeightsFile(bytes: try WeightsFixture.good("ordered_protocol_2").content, path: "a")
        var tensors = try source.tensors()
        change(&tensors)
        return try withTemporaryFolder { folder in
            let path = "\(folder)/a.safetensors"
            let named = Dictionary(uniqueKeysWithValues: tensors.map { (name($0.key), $0.value) })
            try SafetensorsFile.write(named, to: path)
            return try WeightsFile(bytes: InputFile.map(path), path: "a.safetensors")
        }
    }

    private func values(_ module: Module) -> [String: [Float]] {
        module.state().mapValues { $0.to(.float32).array(of: Float.self) }
    }

    private func refusal(_ module: Module, _ file: WeightsFile, strict: Bool = true, prefix: String? = nil) throws
        -> String
    {
        let before = values(module)
        let error = try #require(throws: UserFacingError.self) {
            try module.load(file, strict: strict, prefix: prefix)
        }
        #expect(values(module) == before, "a refused file changed the module")
        return error.description
    }

    @Test(arguments: ["ordered_protocol_2", "legacy_plain", "nested", "safetensors"])
    func theWholeIsCopied(name: String) throws {
        let file = try WeightsFile(bytes: try WeightsFixture.good(name).content, path: "a")
        let network = Network()
        let report = try network.load(file, strict: true)
        #expect(report.loaded == ["conv.bias", "conv.weight", "fc.bias", "fc.weight"] && report.prefix.isEmpty)
        #expect(report.missing.isEmpty && report.unexpected.isEmpty && report.mismatched.isEmpty)
        for (name, tensor) in network.state() { expectEqual(tensor, try file.tensor(name), name) }
    }

    @Test func aPrefixOfAllNamesIsTakenOff() throws {
        let file = try file(name: { "module.backbone.\($0)" })
        #expect(file.commonPrefix == "module.backbone.")
        let network = Network()
        let report = try network.load(file, strict: true)
        #expect(report.prefix == "module.backbone." && report.loaded.count == 4)
        expectEqual(try #require(network.state()["fc.bias"]), try file.tensor("module.backbone.fc.bias"))
    }

    @Test func aPrefixOfSomeNamesIsTold() throws {
        let file = try file {
            $0["head.weight"] = .ones([5])
        } name: {
            $0.hasPrefix("head") ? $0 : "backbone.\($0)"
        }
        let network = Network()
        let text = try refusal(network, file)
        #expect(
            text
                == "a.safetensors: conv.bias: it is missing, as are conv.weight, fc.bias, fc.weight; backbone.conv.bias: "
                + "the model has nothing of this name, nor of backbone.conv.weight, backbone.fc.bias, backbone.fc.weight, "
                + "head.weight; 4 of the model's 4 names fit those that begin with backbone.: load with that prefix")
        #expect(try refusal(network, file, strict: false).contains("not one of its 5 tensors fits the model"))
        let report = try network.load(file, strict: true, prefix: "backbone.")
        #expect(report.loaded.count == 4 && report.prefix == "backbone.")
    }

    @Test func anotherHeadIsNamed() throws {
        let file = try file()
        let text = try refusal(Trunk(), file)
        #expect(
            text
                == "a.safetensors: fc.bias: the model has nothing of this name, nor of fc.weight; everything else fits; "
                + "to leave these out, load without strictness (`strict: false`)")
        let trunk = Trunk()
        let report = try trunk.load(file, strict: false)
        #expect(report.unexpected == ["fc.bias", "fc.weight"] && report.loaded == ["conv.bias", "conv.weight"])
        expectEqual(try #require(trunk.state()["conv.bias"]), try file.tensor("conv.bias"))
    }

    @Test func anotherShapeIsToldWithBoth() throws {
        let network = Network(classes: 5)
        let file = try file()
        let text = try refusal(network, file)
        #expect(
            text == "a.safetensors: fc.bias: its shape is [3], the model's is [5] (and 1 more of other shapes); "
                + "2 of the model's 4 fit; to load only those, load without strictness (`strict: false`)")
        let before = values(network)
        let report = try network.load(file, strict: false)
        #expect(report.mismatched.map(\.name) == ["fc.bias", "fc.weight"])
        #expect(report.mismatched.map(\.expected.shape) == [[5], [5, 2]])
        let after = values(network)
        #expect(after["fc.weight"] == before["fc.weight"] && after["conv.weight"] != before["conv.weight"])
    }

    @Test func wholeNumbersAreNoWeights() throws {
        let file = try file { $0["fc.bias"] = Tensor([1, 2, 3] as [Int64]) }
        let text = try refusal(Network(), file)
        #expect(text.contains("fc.bias: its elements are int64, the model's are float32"))
    }

    @Test func otherPrecisionsAreConverted() throws {
        let file = try file { $0 = $0.mapValues { $0.to(.bfloat16) } }
        let network = Network()
        try network.load(file, strict: true)
        let bias = try #require(network.state()["fc.bias"])
        expectEqual(bias, try file.tensor("fc.bias").to(.float32))
    }

    /// torchvision's first ResNet files have no counts, since BatchNorm had none before PyTorch 0.4.1.
    @Test func countsOfBatchesMayBeMissing() throws {
        let trunk = Trunk(normalised: true)
        let file = try file {
            $0 = $0.filter { $0.key.hasPrefix("conv") }
            for name in ["weight", "bias", "running_mean", "running_var"] { $0["bn.\(name)"] = .ones([2]) }
        }
        let report = try trunk.load(file, strict: true)
        #expect(report.missing == ["bn.num_batches_tracked"] && report.loaded.count == 6)
    }

    @Test func gradientsAreStillWanted() throws {
        let network = Network()
        try network.load(file(), strict: true)
        #expect(network.parameters.allSatisfy { $0.tensor.requiresGradient })
    }
}
