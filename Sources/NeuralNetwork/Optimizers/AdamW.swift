public import Torch

/// Adam with weight decay apart from the gradient. Loshchilov and Hutter, ICLR 2019, algorithm 2, with PyTorch's defaults.
///
/// The group's `momentum` is the first beta.
public final class AdamW: Optimizer {
    private static let fusedOperator = Operator("aten::_fused_adamw_")

    /// The parameters with their settings.
    public var groups: [ParameterGroup]

    private let secondBeta: Double
    private let epsilon: Double
    private let isAMSGrad: Bool
    private var means = OptimizerState(kind: "mean")
    private var squares = OptimizerState(kind: "square")
    private var greatestSquares = OptimizerState(kind: "greatest")
    private var steps = OptimizerState(kind: "step")

    /// Creates an optimizer of groups that differ in their settings.
    public init(groups: [ParameterGroup], secondBeta: Double = 0.999, epsilon: Double = 1e-8, amsgrad: Bool = false) {
        self.groups = groups
        self.secondBeta = secondBeta
        self.epsilon = epsilon
        isAMSGrad = amsgrad
    }

    /// Creates an optimizer of all parameters of `modules`.
    public convenience init(
        _ modules: [Module], learningRate: Double = 1e-3, betas: (Double, Double) = (0.9, 0.999),
        epsilon: Double = 1e-8, weightDecay: Double = 0.01, amsgrad: Bool = false
    ) {
        let group = ParameterGroup(
            modules.flatMap(\.parameters), learningRate: learningRate, momentum: betas.0, weightDecay: weightDecay)
        self.init(groups: [group], secondBeta: betas.1, epsilon: epsilon, amsgrad: amsgrad)
    }

    /// Changes every parameter that has a gradient, all of a group in one fused pass over memory.
    public func step() {
        withoutGradients {
            for (index, group) in groups.enumerated() { step(group, index) }
        }
    }

    private func step(_ group: ParameterGroup, _ index: Int) {
        let entries = group.withGradients()
        guard !entries.isEmpty else { return }
        let keys = entries.map { OptimizerStateKey(group: index, position: $0.position) }
        for (key, entry) in zip(keys, entries) where steps.tensors[key] == nil {
            // Clones keep the parameter's layout, which fused steps rely on.
            func zeros() -> Tensor {
                let room = entry.parameter.tensor.detached().clone()
                room.fill(0)
                return room
            }
            means.tensors[key] = zeros()
            squares.tensors[key] = zeros()
            if isAMSGrad { greatestSquares.tensors[key] = zeros() }
            steps.tensors[key] = .zeros([], device: entry.values.device)
        }
        let states = [means, squares, greatestSquares].map { state in keys.compactMap { state.tensors[$0] } }
        let rows = states.map { zip(entries, $0).map { $0.remembered($1) } }
        func argument(_ tensors: [Tensor]) -> OperatorArgument {
            .tensors(zip(tensors, entries).map { $0.inMemoryOrder(of: $1.values) })
        }
        for case let count? in keys.map({ steps.tensors[$0] }) { count.add(.ones([], device: count.device)) }
        Self.fusedOperator.run(
            .tensors(entries.map { $0.values.inMemoryOrder(of: $0.values) }),
            .tensors(entries.map { $0.gradient.inMemoryOrder(of: $0.values) }), argument(rows[0]), argument(rows[1]),
            argument(rows[2]), .tensors(keys.compactMap { steps.tensors[$0] }), .double(group.learningRate),
            .double(group.momentum),
            .double(secondBeta), .double(group.weightDecay), .double(epsilon), .bool(isAMSGrad), .bool(false))
        for entry in entries { entry.putBack(entry.values, into: entry.parameter.tensor) }
        for (state, rows) in zip(states, rows) {
            for (entry, (whole, part)) in zip(entries, zip(state, rows)) { entry.putBack(part, into: whole) }
        }
    }

    /// The moments and step counts.
    public var state: [String: Tensor] {
        [means, squares, greatestSquares, steps].reduce(into: [:]) { all, part in
            all.merge(part.named(parameter)) { first, _ in first }
        }
    }

    /// Takes moments and step counts back.
    ///
    /// - Throws: `UserFacingError` that names what does not fit; then nothing was changed.
    public func load(_ state: [String: Tensor], from source: String) throws {
        func read(_ part: OptimizerState, isCount: Bool = false) throws -> OptimizerState {
            try .read(kind: part.kind, isCount: isCount, from: state, source: source, parameter: parameter)
        }
        let parts = (try read(means), try read(squares), try read(greatestSquares), try read(steps, isCount: true))
        try OptimizerState.check(
            [parts.0, parts.1, parts.3] + (isAMSGrad ? [parts.2] : []), hold: state, source: source)
        (means, squares, greatestSquares, steps) = parts
    }
}
