import Randomness
import Testing
import TestSupport
import Torch

/// Every case of `batch_norm.safetensors`: PyTorch's outputs, gradients and running statistics, computed in float64 and
/// rounded once to float32.
@Suite(.noLeaks) struct BatchNormTests {
    private static let cases = (try? Fixture("batch_norm"))?.cases ?? []

    /// What goes in, besides constants.
    private struct Inputs {
        var input: Tensor
        var weight: Tensor?
        var bias: Tensor?
        var residual: Tensor?
        var mean: Tensor
        var variance: Tensor

        func output(training: Bool = true, rectified: Bool) -> Tensor {
            input.batchNorm(
                weight: weight, bias: bias, adding: residual, rectified: rectified, runningMean: mean,
                runningVariance: variance, training: training, momentum: 0.1, epsilon: 1e-5)
        }
    }

    private func laidOut(_ tensor: Tensor, _ format: MemoryFormat = .channelsLast) -> Tensor {
        tensor.rank == 4 ? tensor.contiguous(format) : tensor
    }

    /// In float64 and for contiguous images libtorch's own operators run, for float32 and bfloat16 in channels-last ours.
    private enum Form: CaseIterable {
        case float64, contiguous, float32, bfloat16

        var dtype: DType {
            switch self {
            case .float64: .float64
            case .contiguous, .float32: .float32
            case .bfloat16: .bfloat16
            }
        }

        /// float64: the fixture's own rounding to float32. float32: some of its units, more where gradients cancel, as they
        /// do over two values. bfloat16: half a unit of its 8 bits, for everything else is computed in 32.
        var tolerance: (absolute: Double, relative: Double) {
            switch self {
            case .float64: (1e-9, 6.1e-8)
            case .contiguous, .float32: (1e-5, 1e-5)
            case .bfloat16: (1e-5, 0x1.01p-8)
            }
        }
    }

    @Test func theFixtureIsThere() {
        #expect(Self.cases.count == 58)
    }

    @Test(arguments: cases, Form.allCases)
    private func allIsTorchs(of one: Fixture.Case, form: Form) throws {
        // bfloat16 has no two values within a deviation there.
        if one.name == "far_from_zero" && form == .bfloat16 { return }
        let parameter: DType = form == .float64 ? .float64 : .float32
        func values(_ name: String, _ dtype: DType) throws -> Tensor { try one.tensor(name, as: dtype) }
        func image(_ name: String) throws -> Tensor {
            laidOut(try values(name, form.dtype), form == .contiguous ? .contiguous : .channelsLast)
        }
        let given = Inputs(
            input: try image("input").requiringGradient(),
            weight: try values("weight", parameter).requiringGradient(),
            bias: try values("bias", parameter).requiringGradient(),
            residual: one.has("residual") ? try image("residual").requiringGradient() : nil,
            mean: try values("running_mean", parameter), variance: try values("running_var", parameter))
        let output = given.output(
            training: one.settings["training"]?.bool == true,
            rectified: one.settings["rectified"]?.bool == true)
        output.backward(try image("gradient.output"))
        if given.input.rank == 4 && form != .contiguous { #expect(output.isContiguous(.channelsLast)) }
        // libtorch's own kernels lose digits to a mean far from zero; ours do not.
        let isFar = one.name == "far_from_zero" && form == .contiguous
        let (absolute, relative) = isFar ? (2e-3, 1e-3) : form.tolerance
        func expect(_ actual: Tensor?, _ name: String, _ relative: Double) throws {
            let actual = try #require(actual)
            expectEqual(
                actual, try values(name, actual.dtype == .float64 ? .float64 : .float32).to(actual.dtype),
                absolute: absolute, relative: relative, name)
        }
        func expectRounded(_ actual: Tensor?, _ name: String) throws {
            let actual = try #require(actual)
            #expect(actual.dtype == form.dtype)
            expectEqual(
                actual.to(.float64), try values(name, .float64), absolute: absolute, relative: relative, name)
        }
        let parameters = form == .bfloat16 ? 1e-5 : relative
        try expectRounded(output, "output")
        try expectRounded(given.input.gradient, "gradient.input")
        if given.residual != nil { try expectRounded(given.residual?.gradient, "gradient.residual") }
        try expect(given.weight?.gradient, "gradient.weight", parameters)
        try expect(given.bias?.gradient, "gradient.bias", parameters)
        try expect(given.mean, "new_mean", parameters)
        try expect(given.variance, "new_var", parameters)
    }

    private func random(_ shape: [Int], seed: UInt64, dtype: DType = .float32) -> Inputs {
        var generator = SeededGenerator(seed: seed)
        func image() -> Tensor { laidOut(Tensor.normal(shape, using: &generator)).to(dtype) }
        let channels = [shape[1]]
        return Inputs(
            input: image(), weight: .normal(channels, using: &generator), bias: .normal(channels, using: &generator),
            residual: image(), mean: .zeros(channels), variance: .ones(channels))
    }

    private func inFloat64(_ inputs: Inputs) -> Inputs {
        func converted(_ tensor: Tensor?) -> Tensor? { tensor?.to(.float64) }
        return Inputs(
            input: inputs.input.to(.float64), weight: converted(inputs.weight), bias: converted(inputs.bias),
            residual: converted(inputs.residual), mean: inputs.mean.to(.float64),
            variance: inputs.variance.to(.float64))
    }

    /// Several blocks of 2^15 elements and a rest, against libtorch's own operators in float64; twice, so that the running
    /// statistics go on.
    @Test(arguments: [[3, 1, 131, 150], [5, 40, 31, 33]]) func manyBlocksAreTorchs(shape: [Int]) throws {
        let ours = random(shape, seed: 1)
        let torchs = inFloat64(ours)
        for _ in 1...2 {
            let leaves = [ours, torchs].map { [$0.input, $0.weight, $0.bias, $0.residual].compactMap(\.self) }
            for leaf in leaves.joined() {
                leaf.gradient = nil
                leaf.requiringGradient()
            }
            var generator = SeededGenerator(seed: 2)
            let gradient = Tensor.normal(shape, using: &generator)
            let output = ours.output(rectified: true)
            let expected = torchs.output(rectified: true)
            output.backward(gradient)
            expected.backward(gradient.to(.float64))
            expectEqual(output.to(.float64), expected, absolute: 1e-5, relative: 1e-5, "output")
            // Sums of 60,000 float32 values of size 1, of which the blocks' parts are rounded.
            for (actual, wanted) in zip(leaves[0], leaves[1]) {
                let wanted = try #require(wanted.gradient)
                expectEqual(
                    try #require(actual.gradient).to(.float64), wanted, absolute: 1e-5 + 1e-7 * wanted.norm().item(),
                    relative: 1e-5)
            }
        }
        expectEqual(ours.mean.to(.float64), torchs.mean, absolute: 1e-7, relative: 1e-6, "mean")
        expectEqual(ours.variance.to(.float64), torchs.variance, relative: 1e-6, "variance")
    }

    /// One value a thousand times as far out as the others lie apart, wherever it stands in its block.
    @Test(arguments: [0, 1, 16_380, 30_000, 32_760]) func oneValueFarFromTheRest(position: Int) throws {
        var ours = random([1, 1, 181, 181], seed: 8)
        var pixels = ours.input.array(of: Float.self)
        pixels[position] = 1000
        ours.input = laidOut(Tensor(pixels, shape: [1, 1, 181, 181]))
        let torchs = inFloat64(ours)
        expectEqual(
            ours.output(rectified: false).to(.float64), torchs.output(rectified: false), absolute: 1e-6,
            relative: 1e-5)
        // Sums of squares of 1000 and of 33,000 numbers of size 1, in float32.
        expectEqual(ours.variance.to(.float64), torchs.variance, relative: 1e-6)
    }

    @Test func resultsDoNotDependOnTheNumberOfThreads() throws {
        let before = Engine.threadCount
        defer { Engine.threadCount = before }
        var outcomes: [[Tensor]] = []
        for threads in [1, 2, 5] {
            Engine.threadCount = threads
            let given = random([4, 24, 65, 31], seed: 3, dtype: .bfloat16)
            let leaves = [given.input, given.weight, given.bias, given.residual].compactMap { $0?.requiringGradient() }
            let output = given.output(rectified: true)
            output.backward(given.input.detached())
            outcomes.append([output.detached(), given.mean, given.variance] + leaves.compactMap(\.gradient))
        }
        #expect(outcomes[0].count == 7)
        for outcome in outcomes.dropFirst() {
            for (actual, expected) in zip(outcome, outcomes[0]) { expectEqual(actual, expected) }
        }
    }

    @Test func onlyWhatWantsAGradientGetsOne() throws {
        for frozen in 0..<4 {
            let given = random([2, 5, 3, 3], seed: 4)
            let all = random([2, 5, 3, 3], seed: 4)
            let leaves = [given.input, given.weight, given.bias, given.residual].compactMap(\.self)
            let references = [all.input, all.weight, all.bias, all.residual].compactMap(\.self)
            for (index, leaf) in leaves.enumerated() where index != frozen { leaf.requiringGradient() }
            for reference in references { reference.requiringGradient() }
            given.output(rectified: true).sum().backward()
            all.output(rectified: true).sum().backward()
            for (index, (leaf, reference)) in zip(leaves, references).enumerated() {
                #expect((leaf.gradient == nil) == (index == frozen))
                if let gradient = leaf.gradient { expectEqual(gradient, try #require(reference.gradient)) }
            }
        }
    }

    @Test func parametersMayBeLeftOut() throws {
        for format in [MemoryFormat.channelsLast, .contiguous] {
            var given = random([2, 5, 3, 3], seed: 5)
            given.weight = nil
            given.bias = nil
            given.input = given.input.contiguous(format).requiringGradient()
            let output = given.output(rectified: false)
            output.backward(given.input.detached())
            let expected = inFloat64(given)
            let leaf = given.input.detached().to(.float64).requiringGradient()
            var torchs = expected
            torchs.input = leaf
            let wanted = torchs.output(rectified: false)
            wanted.backward(leaf.detached())
            expectEqual(output.to(.float64), wanted, absolute: 1e-5, relative: 1e-5)
            expectEqual(
                try #require(given.input.gradient).to(.float64), try #require(leaf.gradient), absolute: 1e-5,
                relative: 1e-5)
        }
    }

    /// A mistake upstream must stay visible: not-a-number is not rectified to zero.
    @Test(arguments: [DType.float32, .bfloat16]) func notANumberPassesThrough(dtype: DType) throws {
        var given = random([2, 3, 4, 4], seed: 6, dtype: dtype)
        var pixels = given.input.to(.float32).contiguous().array(of: Float.self)
        pixels[20] = .nan
        given.input = laidOut(Tensor(pixels, shape: [2, 3, 4, 4]).to(dtype)).requiringGradient()
        let output = given.output(rectified: true)
        output.sum().backward()
        let gradient = try #require(given.input.gradient)
        for tensor in [output.detached(), gradient] {
            for channel in 0..<3 {
                let values = tensor.to(.float32).selected(channel, along: 1).contiguous().array(of: Float.self)
                #expect(values.filter(\.isNaN).count == (channel == 1 ? values.count : 0))
            }
        }
    }

    /// The fallback, whose backward pass is libtorch's, in float64; a step of 1e-6 leaves eight digits.
    @Test func gradientsAreSlopes() throws {
        let given = inFloat64(random([2, 3, 2, 2], seed: 7))
        given.input.requiringGradient()
        func value(_ input: Tensor) -> Tensor {
            var moved = given
            moved.input = input
            return moved.output(rectified: true).squared().sum()
        }
        value(given.input).backward()
        let direction = inFloat64(random([2, 3, 2, 2], seed: 8)).input
        let expected =
            (value(given.input.detached() + direction * 1e-6).item()
                - value(given.input.detached() - direction * 1e-6).item()) / 2e-6
        expectEqual(
            (try #require(given.input.gradient) * direction).sum().item(), expected, absolute: 1e-7, relative: 1e-7)
    }

    @Test func oneValuePerChannelTraps() async {
        let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
            _ = Tensor.zeros([1, 3, 1, 1]).batchNorm(
                weight: nil, bias: nil, runningMean: nil, runningVariance: nil, training: true, momentum: 0.1,
                epsilon: 1e-5)
        }
        expectTrap(result, saying: "hypersphere::batch_norm", "more than one value per channel", "[1, 3, 1, 1]")
    }

    @Test func aResidualOfAnotherShapeTraps() async {
        let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
            _ = Tensor.zeros([2, 3, 1, 1]).batchNorm(
                weight: nil, bias: nil, adding: .zeros([2, 3]), runningMean: nil, runningVariance: nil, training: true,
                momentum: 0.1, epsilon: 1e-5)
        }
        expectTrap(result, saying: "hypersphere::batch_norm", "[2, 3, 1, 1]", "[2, 3]")
    }
}
