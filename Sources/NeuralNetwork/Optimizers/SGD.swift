public import Torch

/// Stochastic gradient descent with momentum, as PyTorch defines it: `v = momentum * v + (1 - dampening) * g`,
/// `p -= learningRate * v`, where `g` includes the weight decay and the first `v` is `g`.
///
/// Sutskever et al., ICML 2013, for Nesterov's form.
public final class SGD: Optimizer {
    private static let fusedOperator = Operator("aten::_fused_sgd_")

    /// The parameters with their settings.
    public var groups: [ParameterGroup]

    private let dampening: Double
    private let isNesterov: Bool
    private var velocities = OptimizerState(kind: "momentum")

    /// Creates an optimizer of groups that differ in their settings.
    ///
    /// - Precondition: Nesterov's form needs momentum and no dampening.
    public init(groups: [ParameterGroup], dampening: Double = 0, nesterov: Bool = false) {
        require(
            !nesterov || (dampening == 0 && groups.allSatisfy { $0.momentum > 0 }),
            "SGD: Nesterov's form needs momentum and no dampening")
        self.groups = groups
        self.dampening = dampening
        isNesterov = nesterov
    }

    /// Creates an optimizer of all parameters of `modules`.
    public convenience init(
        _ modules: [Module], learningRate: Double, momentum: Double = 0, dampening: Double = 0, weightDecay: Double = 0,
        nesterov: Bool = false
    ) {
        let group = ParameterGroup(
            modules.flatMap(\.parameters), learningRate: learningRate, momentum: momentum, weightDecay: weightDecay)
        self.init(groups: [group], dampening: dampening, nesterov: nesterov)
    }

    /// Changes every parameter that has a gradient, all of one kind in one fused pass over memory.
    public func step() {
        withoutGradients {
            for (index, group) in groups.enumerated() { step(group, index) }
        }
    }

    private func step(_ group: ParameterGroup, _ index: Int) {
        let all = group.withGradients()
        guard group.momentum != 0 else { return fused(all, velocities: [], group, isFirst: false) }
        func key(_ entry: ParameterStep) -> OptimizerStateKey {
            OptimizerStateKey(group: index, position: entry.position)
        }
        let known = all.filter { velocities.tensors[key($0)] != nil }
        let new = all.filter { velocities.tensors[key($0)] == nil }
        // Memory for a velocity is taken at its first step, laid out like the parameter.
        for entry in new { velocities.tensors[key(entry)] = entry.parameter.tensor.detached().clone() }
        // Rows that have never been active stand still.
        for entry in new where entry.parameter.active != nil { velocities.tensors[key(entry)]?.fill(0) }
        for (entries, isFirst) in [(known, false), (new, true)] {
            let states = entries.compactMap { velocities.tensors[key($0)] }
            let rows = zip(entries, states).map { $0.remembered($1) }
            fused(entries, velocities: rows, group, isFirst: isFirst)
            for (entry, (state, rows)) in zip(entries, zip(states, rows)) { entry.putBack(rows, into: state) }
        }
    }

    private func fused(_ entries: [ParameterStep], velocities: [Tensor], _ group: ParameterGroup, isFirst: Bool) {
        guard !entries.isEmpty else { return }
        Self.fusedOperator.run(
            .tensors(entries.map { $0.values.inMemoryOrder(of: $0.values) }),
            .tensors(entries.map { $0.gradient.inMemoryOrder(of: $0.values) }),
            .tensors(zip(velocities, entries).map { $0.inMemoryOrder(of: $1.values) }),
            .double(group.weightDecay), .double(group.momentum), .double(group.learningRate), .double(dampening),
            .bool(isNesterov), .bool(false), .bool(isFirst))
        for entry in entries { entry.putBack(entry.values, into: entry.parameter.tensor) }
    }

    /// The velocities.
    public var state: [String: Tensor] { velocities.named(parameter) }

    /// Takes velocities back.
    ///
    /// - Throws: `UserFacingError` that names what does not fit.
    public func load(_ state: [String: Tensor], from source: String) throws {
        let read: OptimizerState = try .read(
            kind: velocities.kind, from: state, source: source, parameter: parameter)
        try OptimizerState.check([read], hold: state, source: source)
        velocities = read
    }
}
