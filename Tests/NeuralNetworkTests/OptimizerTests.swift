import Files
import NeuralNetwork
import Randomness
import Testing
import TestSupport
import Torch

/// Every case of `optimizers.safetensors`: two parameters after each of 50 steps with given gradients.
@Suite(.noLeaks) struct OptimizerTests {
    private static let fixture = try? Fixture("optimizers")
    private static let names = ["weight", "bias"]

    private static func cases(_ kinds: String...) -> [Fixture.Case] {
        (fixture?.cases ?? []).filter { kinds.contains($0.settings["kind"]?.text ?? "") }
    }

    private static func cases(dtype: String, _ kinds: String...) -> [Fixture.Case] {
        (fixture?.cases ?? []).filter {
            kinds.contains($0.settings["kind"]?.text ?? "") && $0.settings["precision"]?.text == dtype
        }
    }

    @Test func theFixtureIsThere() {
        #expect(Self.cases("SGD", "AdamW").count == 36)
        #expect(Self.cases("clip_norm", "clip_value").count == 8)
    }

    /// float64 keeps 16 digits, of which 50 steps lose some of the last. In float32 each step rounds a parameter to 6e-8
    /// of its size, and the fused kernels round in another order than the loops that made the fixture: 50 such steps at
    /// random add up to some 4e-7 of the greatest size on the way.
    @Test(arguments: cases("SGD", "AdamW")) func fiftyStepsAreTorchs(item: Fixture.Case) throws {
        let run = try Run(item)
        let tolerance = run.dtype == .float64 ? 1e-12 : 1e-6
        let sizes = try Self.names.map { try item.tensor($0).absolute().maximum().item() }
        for step in 0..<50 {
            try run.step(step)
            for (index, name) in Self.names.enumerated() {
                expectEqual(
                    run.parameters[index].tensor.detached(), try item.tensor(name)[step],
                    absolute: tolerance * sizes[index],
                    relative: tolerance, "\(name) after step \(step)")
            }
        }
    }

    @Test(arguments: cases(dtype: "float32", "SGD", "AdamW"), [MemoryFormat.contiguous, .channelsLast])
    func resumingInTheMiddleIsTheSameToTheLastBit(item: Fixture.Case, format: MemoryFormat) throws {
        let uninterrupted = try Run(item, format: format)
        for step in 0..<50 { try uninterrupted.step(step) }
        let first = try Run(item, format: format)
        for step in 0..<25 { try first.step(step) }
        let second = try Run(item, format: format)
        try withTemporaryFolder { folder in
            let path = "\(folder)/state.safetensors"
            for (index, optimizer) in first.optimizers.enumerated() {
                try SafetensorsFile.write(optimizer.state, to: path)
                try second.optimizers[index].load(SafetensorsFile(path: path).tensors(), from: path)
            }
        }
        withoutGradients {
            for (old, new) in zip(first.parameters, second.parameters) { new.tensor.assign(old.tensor) }
        }
        for step in 25..<50 { try second.step(step) }
        for (expected, found) in zip(uninterrupted.parameters, second.parameters) {
            expectEqual(found.tensor.detached(), expected.tensor.detached())
            #expect(found.tensor.strides == expected.tensor.strides)
        }
    }

    @Test(arguments: cases("clip_norm", "clip_value")) func clippingIsTorchs(item: Fixture.Case) throws {
        let parameters = try Self.names.map { name in
            let gradient = try item.tensor("gradient.\(name)")
            let parameter = Parameter(.zeros(gradient.shape, dtype: .float64))
            parameter.gradient = gradient.clone()
            return parameter
        }
        if let limit = item.settings["max_norm"]?.number {
            let norm = GradientClipping.byNorm(parameters, limit: limit)
            expectEqual(norm, try item.tensor("norm"), relative: 1e-14)
        } else {
            GradientClipping.byValue(parameters, limit: try #require(item.settings["clip_value"]?.number))
        }
        for (name, parameter) in zip(Self.names, parameters) {
            expectEqual(try #require(parameter.gradient), try item.tensor("clipped.\(name)"), relative: 1e-14, name)
        }
    }

    @Test func clippingWithoutGradientsDoesNothing() {
        #expect(GradientClipping.byNorm([Parameter(.ones([2]))], limit: 1).item() == 0)
        GradientClipping.byValue([Parameter(.ones([2]))], limit: 1)
    }

    @Test func clearingForgetsAllGradients() {
        let parameter = Parameter(.ones([2]))
        parameter.gradient = .ones([2])
        let optimizer = SGD(groups: [
            ParameterGroup([parameter], learningRate: 1, momentum: 0, weightDecay: 0)
        ])
        optimizer.clearGradients()
        #expect(parameter.gradient == nil)
        optimizer.step()
        expectEqual(parameter.tensor.detached(), .ones([2]))
    }

    @Test func halfAStateIsRefused() throws {
        let run = try Run(try Fixture("optimizers")["adamw_float32"])
        try run.step(0)
        let optimizer = run.optimizers[0]
        for name in ["mean.0.0", "square.0.0", "step.0.0"] {
            var state = optimizer.state
            state[name] = nil
            let error = try #require(throws: UserFacingError.self) { try optimizer.load(state, from: "a.safetensors") }
            #expect(error.field == name)
        }
        try optimizer.load([:], from: "a.safetensors")
        #expect(optimizer.state.isEmpty)
    }

    /// What moves by itself, such as centres by the paper's rule, is not drawn back.
    @Test func whatNoOptimizerMovesIsNotDrawnBack() {
        let (moved, own) = (Parameter(.zeros([2])), Parameter(.zeros([2]), isConstant: true))
        let optimizer = Lookahead(
            SGD(groups: [ParameterGroup([moved, own], learningRate: 1, momentum: 0, weightDecay: 0)]), interval: 2)
        for _ in 0..<2 {
            moved.gradient = .full([2], -1)
            optimizer.step()
            withoutGradients { own.tensor.add(.ones([2])) }
        }
        optimizer.step()
        withoutGradients { own.tensor.add(.ones([2])) }
        optimizer.step()
        expectEqual(moved.tensor.detached(), .full([2], 2), "drawn back twice")
        expectEqual(own.tensor.detached(), .full([2], 3))
    }

    @Test func whatLookaheadRemembersMustBeWhole() throws {
        let run = try Run(try Fixture("optimizers")["sgd_lookahead_float32"])
        for step in 0..<7 { try run.step(step) }
        let optimizer = run.optimizers[0]
        let before = optimizer.state.mapValues { $0.clone() }
        #expect(before.keys.sorted() == ["lookahead.steps", "momentum.0.0", "momentum.1.0", "slow.0.0", "slow.1.0"])
        #expect(before["lookahead.steps"]?.item() == 2)
        for (name, tensor) in [
            ("slow.0.0", nil), ("slow.1.0", nil), ("lookahead.steps", nil), ("lookahead.steps", Tensor(Float(5))),
            ("lookahead.steps", .ones([2])), ("slow.1.0", .ones([4])), ("slow.2.0", .ones([5])),
            ("momentum.0.0", .ones([2])),
        ] {
            var state = before.mapValues { $0 * 2 }
            state["lookahead.steps"] = before["lookahead.steps"]
            state[name] = tensor
            let error = try #require(throws: UserFacingError.self) { try optimizer.load(state, from: "a.safetensors") }
            #expect(error.subject == "a.safetensors" && error.field == name)
            #expect(optimizer.state.keys.sorted() == before.keys.sorted())
            for (name, tensor) in optimizer.state { expectEqual(tensor, try #require(before[name]), name) }
        }
        let alone = SGD(groups: optimizer.groups)
        #expect(throws: UserFacingError.self) { try alone.load(before, from: "a.safetensors") }
        try optimizer.load([:], from: "a.safetensors")
        #expect(optimizer.state.isEmpty)
    }

    @Test(arguments: ["SGD", "AdamW"]) func aStateThatDoesNotFitChangesNothing(kind: String) throws {
        let item = try Fixture("optimizers")[kind == "SGD" ? "sgd_momentum_float32" : "adamw_float32"]
        let run = try Run(item)
        for step in 0..<3 { try run.step(step) }
        let optimizer = run.optimizers[0]
        let before = optimizer.state.mapValues { $0.clone() }
        let own = kind == "SGD" ? "momentum" : "square"
        for (name, tensor) in [
            ("\(own).0.0", Tensor.ones([2, 2])), ("\(own).0.7", .ones([3, 4])), ("\(own).9.0", .ones([3, 4])),
            ("\(own).x", .ones([3, 4])), ("\(own).0.0", .ones([])), ("other.0.0", .ones([3, 4])),
        ] {
            var state = before.mapValues { $0 * 2 }
            state[name] = tensor
            let error = try #require(throws: UserFacingError.self) { try optimizer.load(state, from: "a.safetensors") }
            #expect(error.subject == "a.safetensors" && error.field == name)
            #expect(optimizer.state.keys.sorted() == before.keys.sorted())
            for (name, tensor) in optimizer.state { expectEqual(tensor, try #require(before[name]), name) }
        }
    }
}

/// One case under way: its parameters and optimizers.
private final class Run {
    let dtype: DType
    let parameters: [Parameter]
    let optimizers: [any Optimizer]
    private let gradients: [Tensor]
    private let missing: Set<Int>
    private let format: MemoryFormat

    init(_ item: Fixture.Case, format: MemoryFormat = .contiguous) throws {
        let dtype: DType = item.settings["precision"]?.text == "float64" ? .float64 : .float32
        let shared = try Fixture("optimizers")["shared"]
        func laidOut(_ tensor: Tensor) -> Tensor {
            // A matrix [3, 4] as an image [1, 3, 4, 1] has two different layouts.
            guard format == .channelsLast, tensor.rank == 2 else { return tensor }
            return tensor.reshaped([1, tensor.size(0), tensor.size(1), 1]).contiguous(.channelsLast)
        }
        let parameters = try ["weight", "bias"].map {
            Parameter(laidOut(try shared.tensor("start.\($0)", as: dtype)))
        }
        self.dtype = dtype
        self.format = format
        self.parameters = parameters
        gradients = try ["weight", "bias"].map { try shared.tensor("gradient.\($0)", as: dtype) }
        missing = Set(item.settings["missing"]?.list?.compactMap(\.integer) ?? [])
        let settings = item.settings["settings"]?.object ?? [:]
        let all = (item.settings["groups"]?.list ?? [.object([:]), .object([:])]).map { own in
            settings.merging(own.object ?? [:]) { _, own in own }
        }
        if item.settings["kind"]?.text == "SGD" {
            let groups = zip(parameters, all).map { parameter, settings in
                ParameterGroup(
                    [parameter], learningRate: settings["lr"]?.number ?? .nan,
                    momentum: settings["momentum"]?.number ?? 0, weightDecay: settings["weight_decay"]?.number ?? 0)
            }
            let optimizer = SGD(
                groups: groups, dampening: settings["dampening"]?.number ?? 0,
                nesterov: settings["nesterov"]?.bool ?? false)
            optimizers = [Self.lookingAhead(optimizer, item)]
        } else {
            // One optimizer for each parameter, because ours has one second beta for all of its groups.
            optimizers = zip(parameters, all).map { parameter, settings in
                let betas = settings["betas"]?.list?.compactMap(\.number) ?? [0.9, 0.999]
                let group = ParameterGroup(
                    [parameter], learningRate: settings["lr"]?.number ?? .nan, momentum: betas[0],
                    weightDecay: settings["weight_decay"]?.number ?? 0.01)
                let optimizer = AdamW(
                    groups: [group], secondBeta: betas[1], epsilon: settings["eps"]?.number ?? 1e-8,
                    amsgrad: settings["amsgrad"]?.bool ?? false)
                return Self.lookingAhead(optimizer, item)
            }
        }
    }

    private static func lookingAhead(_ optimizer: any Optimizer, _ item: Fixture.Case) -> any Optimizer {
        guard let settings = item.settings["lookahead"]?.object else { return optimizer }
        return Lookahead(
            optimizer, interval: settings["interval"]?.integer ?? 0, share: settings["share"]?.number ?? .nan,
            power: settings["power"]?.number ?? .nan)
    }

    func step(_ index: Int) throws {
        for (position, parameter) in parameters.enumerated() {
            let gradient = gradients[position][index]
            let isMissing = position == 1 && missing.contains(index)
            parameter.gradient =
                isMissing ? nil : gradient.reshaped(parameter.tensor.shape).contiguous(layout(gradient))
        }
        for optimizer in optimizers {
            (optimizer as? Lookahead)?.progress = Double(index) / 50
            optimizer.step()
        }
    }

    private func layout(_ gradient: Tensor) -> MemoryFormat { gradient.rank == 2 ? format : .contiguous }
}
