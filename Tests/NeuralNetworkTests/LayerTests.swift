import NeuralNetwork
import Randomness
import Testing
import TestSupport
import Torch

/// Every case of `layers.safetensors`: PyTorch's outputs and gradients, computed in float64 and rounded once to float32.
@Suite(.noLeaks) struct LayerTests {
    private static let all = try? Fixture("layers")

    private static func cases(_ isBatchNorm: Bool) -> [Fixture.Case] {
        (all?.cases ?? []).filter { ($0.settings["layer"]?.text ?? "").hasPrefix("BatchNorm") == isBatchNorm }
    }

    /// Volumes whose channels lie innermost have a slope for each channel all the same.
    @Test func slopesOfVolumesAreTheirChannels() throws {
        let values = Tensor.full([1, 2, 2, 2, 2], -1).permuted([0, 4, 1, 2, 3]).requiringGradient()
        let slope = Tensor([0.1, 10] as [Float]).requiringGradient()
        let found = values.prelu(slope: slope)
        let expected = Tensor(
            [Float](repeating: -0.1, count: 8) + [Float](repeating: -10, count: 8), shape: [1, 2, 2, 2, 2])
        expectEqual(found.detached().contiguous(), expected)
        found.sum().backward()
        expectEqual(try #require(values.gradient).contiguous(), -expected)
        expectEqual(try #require(slope.gradient), Tensor([-8, -8] as [Float]))
    }

    @Test func theFixtureIsThere() {
        #expect(Self.cases(false).count >= 41 && Self.cases(true).count >= 11)
    }

    /// In float64 only the fixture's own rounding to float32 is left: half a unit in the last place, 6e-8. In float32,
    /// sums of up to 50 products of size about 1 lose some units of 1.2e-7 each, and an element near 0 is as uncertain
    /// as its summands.
    private func tolerance(_ dtype: DType) -> (absolute: Double, relative: Double) {
        dtype == .float64 ? (1e-13, 6.1e-8) : (1e-5, 1e-5)
    }

    @Test(arguments: cases(false), [DType.float64, .float32])
    func outputAndGradientsAreTorchs(of layer: Fixture.Case, dtype: DType) throws {
        let input = try layer.tensor("input", as: dtype).requiringGradient()
        let parameters = try layer.keys().filter { $0.hasSuffix("weight") || $0.hasSuffix("bias") }.filter {
            !$0.hasPrefix("gradient.")
        }.reduce(into: [:]) {
            $0[$1] = try layer.tensor($1, as: dtype)
        }
        let (output, gradients) = try applied(layer, input, parameters)
        output.backward(try layer.tensor("gradient.output", as: dtype))
        let (absolute, relative) = tolerance(dtype)
        expectEqual(
            output, try layer.tensor("output", as: dtype), absolute: absolute, relative: relative, "output")
        expectEqual(
            try #require(input.gradient), try layer.tensor("gradient.input", as: dtype), absolute: absolute,
            relative: relative, "gradient of the input")
        #expect(gradients().keys.sorted() == parameters.keys.sorted())
        for (name, gradient) in gradients() {
            expectEqual(
                gradient, try layer.tensor("gradient.\(name)", as: dtype), absolute: absolute, relative: relative,
                "gradient of \(name)")
        }
    }

    /// The layer's output, and the gradients of its parameters after the backward pass.
    private func applied(
        _ layer: Fixture.Case, _ input: Tensor, _ parameters: [String: Tensor]
    ) throws -> (output: Tensor, gradients: () -> [String: Tensor]) {
        func integer(_ key: String, _ standard: Int) -> Int { layer.settings[key]?.integer ?? standard }
        func pair(_ key: String, _ standard: Int) -> [Int] {
            layer.settings[key]?.list?.compactMap(\.integer) ?? [integer(key, standard), integer(key, standard)]
        }
        func truth(_ key: String, _ standard: Bool) -> Bool { layer.settings[key]?.bool ?? standard }
        var generator = SeededGenerator(seed: 1)
        let module: any Layer
        switch layer.settings["layer"]?.text {
        case "Conv2d" where layer.settings["kernel_size"]?.integer == nil:
            // Our layer has square kernels only; the operator below it has all.
            let leaves = parameters.mapValues { $0.requiringGradient() }
            let output = input.convolution(
                weight: try #require(leaves["weight"]), bias: leaves["bias"], stride: pair("stride", 1),
                padding: pair("padding", 0), dilation: pair("dilation", 1), groups: integer("groups", 1))
            return (output, { leaves.compactMapValues(\.gradient) })
        case "Conv2d":
            module = Conv2d(
                integer("in_channels", 0), integer("out_channels", 0), kernel: integer("kernel_size", 0),
                stride: integer("stride", 1), padding: integer("padding", 0), dilation: integer("dilation", 1),
                groups: integer("groups", 1), bias: truth("bias", true), using: &generator)
        case "Linear":
            module = Linear(
                integer("in_features", 0), integer("out_features", 0), bias: truth("bias", true), using: &generator)
        case "PReLU": module = PReLU(channels: integer("num_parameters", 1))
        case "ReLU": module = ReLU()
        case "MaxPool2d":
            module = MaxPool2d(
                integer("kernel_size", 0), stride: layer.settings["stride"]?.integer, padding: integer("padding", 0),
                ceiling: truth("ceil_mode", false))
        case "AvgPool2d":
            module = AvgPool2d(
                integer("kernel_size", 0), stride: layer.settings["stride"]?.integer, padding: integer("padding", 0),
                ceiling: truth("ceil_mode", false), countingPadding: truth("count_include_pad", true))
        case "AdaptiveAvgPool2d":
            let size = pair("output_size", 0)
            // Our layer has square grids only.
            guard size[0] == size[1] else { return (input.adaptiveAveragePool(size: size), { [:] }) }
            module = AdaptiveAvgPool2d(size[0])
        case "LayerNorm":
            module = LayerNorm(integer("normalized_shape", 0), epsilon: layer.settings["eps"]?.number ?? 1e-5)
        case "GELU": module = GELU()
        case "Attention":
            module = SelfAttention(integer("dim", 0), heads: integer("num_heads", 0), using: &generator)
        case "Flatten" where integer("start_dim", 1) == 1 && integer("end_dim", -1) == -1: module = Flatten()
        case "Flatten":
            return (input.flattened(from: integer("start_dim", 1), to: integer("end_dim", -1)), { [:] })
        case let other:
            Issue.record("the fixture has a layer that this test does not know: \(other ?? "none")")
            return (input, { [:] })
        }
        module.to(input.dtype)
        try module.load(parameters, from: layer.name)
        return (
            module(input),
            {
                Dictionary(uniqueKeysWithValues: module.namedParameters().map { ($0.name, $0.parameter) })
                    .compactMapValues(\.gradient)
            }
        )
    }

    @Test(arguments: cases(true), [DType.float64, .float32])
    func batchNormAndItsRunningStatisticsAreTorchs(layer: Fixture.Case, dtype: DType) throws {
        // Our layer has no running mean over all batches (momentum None); its operator is driven with the shares 1, 1/2.
        let isCumulative = layer.settings["momentum"] == Setting.none
        let momentum = layer.settings["momentum"]?.number ?? 0.1
        let epsilon = layer.settings["eps"]?.number ?? 1e-5
        let channels = try #require(layer.settings["num_features"]?.integer)
        let module = BatchNorm(
            channels, momentum: momentum, epsilon: epsilon, affine: layer.settings["affine"]?.bool ?? true
        ).to(dtype)
        let names = module.state().keys.sorted()
        #expect(layer.keys().filter { !$0.contains(".") } == names)
        try module.load(names.reduce(into: [:]) { $0[$1] = try layer.tensor($1) }, from: layer.name)
        let (absolute, relative) = tolerance(dtype)
        for (index, stage) in ["train1", "train2", "evaluation"].enumerated() {
            func expected(_ key: String) throws -> Tensor {
                let tensor = try layer.tensor("\(stage).\(key)")
                return tensor.dtype.isFloatingPoint ? tensor.to(dtype) : tensor
            }
            let input = try expected("input").requiringGradient()
            for parameter in module.parameters { parameter.gradient = nil }
            module.train(stage != "evaluation")
            let output =
                isCumulative
                ? cumulative(module, input, share: 1 / Double(index + 1), epsilon: epsilon) : module(input)
            output.backward(try expected("gradient.output"))
            var found = module.state().filter { $0.key != "weight" && $0.key != "bias" }
            if isCumulative { found["num_batches_tracked"] = nil }
            found["output"] = output
            found["gradient.input"] = input.gradient
            for (name, parameter) in module.namedParameters() { found["gradient.\(name)"] = parameter.gradient }
            for (name, tensor) in found {
                // A constant channel has no variance; dividing by sqrt(epsilon) makes 316 of its rounding errors.
                let factor = layer.name.hasSuffix("constant_channel") && dtype == .float32 ? 300.0 : 1
                expectEqual(
                    tensor, try expected(name), absolute: absolute * factor, relative: relative, "\(stage) \(name)")
            }
        }
    }

    private func cumulative(_ module: BatchNorm, _ input: Tensor, share: Double, epsilon: Double) -> Tensor {
        let parameters = Dictionary(
            uniqueKeysWithValues: module.namedParameters().map { ($0.name, $0.parameter.tensor) })
        let state = module.state()
        return input.batchNorm(
            weight: parameters["weight"], bias: parameters["bias"], runningMean: state["running_mean"],
            runningVariance: state["running_var"], training: module.isTraining, momentum: share, epsilon: epsilon)
    }

    /// bfloat16 keeps 8 bits: an element is rounded by at most 2^-9 of itself, and so is the product with the slope.
    @Test(arguments: [1, 4]) func activationsAgreeInEveryLayoutAndPrecision(slopes: Int) throws {
        var generator = SeededGenerator(seed: 5)
        let input = Tensor.normal([2, 4, 5, 3], using: &generator)
        let layers: [any Layer] = [PReLU(channels: slopes), ReLU()]
        for layer in layers {
            let expected = layer(input).detached()
            let moved = layer(input.contiguous(.channelsLast)).detached()
            #expect(moved.isContiguous(.channelsLast))
            expectEqual(moved, expected)
            let rounded = withPrecision(.bf16, on: .cpu) { layer(input.to(.bfloat16)).detached() }
            expectEqual(rounded.to(.float32), expected, relative: 0x1p-7, "bfloat16")
        }
    }

    /// One value has no variance: PyTorch refuses it too, where the running variance would become NaN.
    @Test func oneValuePerChannelTraps() async {
        let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
            _ = BatchNorm(3)(.ones([1, 3]))
        }
        expectTrap(result, saying: "BatchNorm: expected more than one value per channel, got [1, 3] float32")
    }

    @Test func oneValuePerChannelIsFineInEvaluation() {
        let module = BatchNorm(3)
        module.evaluate()
        #expect(module(.ones([1, 3])).isAllFinite && module.firstNonFinite == nil)
    }

    @Test func concatPoolGivesMaximaThenMeans() {
        // torch.cat([x.amax((2, 3), True), x.mean((2, 3), True)], 1) for x = torch.arange(8.).reshape(1, 2, 2, 2)
        let image = Tensor((0..<8).map(Double.init), shape: [1, 2, 2, 2])
        expectEqual(AdaptiveConcatPool2d()(image), Tensor([3.0, 7, 1.5, 5.5], shape: [1, 4, 1, 1]))
    }

    /// The one path that normalises, adds and rectifies in place against the three steps one by one.
    @Test(arguments: [(true, true), (true, false), (false, true), (false, false)], [true, false])
    func normalisingAddingAndRectifyingIsTheThreeSteps(form: (adds: Bool, rectifies: Bool), training: Bool) throws {
        var generator = SeededGenerator(seed: 3)
        let input = Tensor.normal([3, 4, 2, 5], dtype: .float64, using: &generator)
        let other = Tensor.normal([3, 4, 2, 5], dtype: .float64, using: &generator)
        let slopes = Tensor.normal([3, 4, 2, 5], dtype: .float64, using: &generator)
        func results(_ apply: (BatchNorm, Tensor, Tensor) -> Tensor) -> [Tensor?] {
            let module = BatchNorm(4).to(.float64)
            module.train(training)
            let leaves = [input.clone().requiringGradient(), other.clone().requiringGradient()]
            // Not the leaves themselves, as in a network.
            let output = apply(module, leaves[0] * 1, leaves[1] * 1)
            output.backward(slopes)
            return [output.detached()] + leaves.map(\.gradient) + module.parameters.map(\.gradient)
                + module.namedBuffers().map(\.buffer.tensor)
        }
        let found = results { $0($1, adding: form.adds ? $2 : nil, rectified: form.rectifies) }
        let wanted = results { module, input, other in
            let sum = form.adds ? module(input) + other : module(input)
            return form.rectifies ? sum.relu() : sum
        }
        #expect((found[2] != nil) == form.adds)
        for (found, wanted) in zip(found, wanted) {
            #expect((found == nil) == (wanted == nil))
            if let found, let wanted { expectEqual(found, wanted) }
        }
    }

    @Test func adaptiveMaximumPoolTakesTheGreatest() {
        // torch.nn.functional.adaptive_max_pool2d(torch.arange(16).reshape(1, 1, 4, 4), [2, 2])
        let image = Tensor((0..<16).map(Double.init), shape: [1, 1, 4, 4])
        expectEqual(image.adaptiveMaximumPool(size: [2, 2]), Tensor([5.0, 7, 13, 15], shape: [1, 1, 2, 2]))
    }
}
