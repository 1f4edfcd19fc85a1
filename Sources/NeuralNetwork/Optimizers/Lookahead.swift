import Files
import Foundation
public import Torch

/// Lets another optimizer run ahead: every few of its steps a slow copy of the parameters moves a share of the way to where they
/// have come, and they go on from there.
///
/// Zhang et al., NeurIPS 2019, algorithm 1. The share may fall from 1, where nothing is changed, to its last value while the
/// training goes on, which averages the more the nearer the end is: Jordan, arXiv:2404.00498, section 3.4.
public final class Lookahead: Optimizer {
    private static let approachOperator = Operator("aten::_foreach_lerp_", "Scalar")
    private static let stepsName = "lookahead.steps"

    /// How much of the training is done, from 0 to 1.
    public var progress = 0.0

    private let fast: any Optimizer
    private let interval: Int
    private let lastShare: Double
    private let power: Double
    private var slow = OptimizerState(kind: "slow")
    // Since the slow parameters last moved.
    private var steps = 0

    /// Creates an optimizer around another.
    ///
    /// - Parameters:
    ///   - fast: what takes every step.
    ///   - interval: how many steps it takes before the slow parameters move; at least 1.
    ///   - share: how much of the way these go at last; above 0 and at most 1.
    ///   - power: the share is `1 - (1 - share) * progress^power`; 0 for a constant one, as in the paper.
    public init(_ fast: any Optimizer, interval: Int = 5, share: Double = 0.5, power: Double = 0) {
        require(
            interval > 0 && share > 0 && share <= 1 && power >= 0,
            "Lookahead: interval \(interval), share \(share), power \(power)")
        self.fast = fast
        self.interval = interval
        lastShare = share
        self.power = power
    }

    /// The parameters with the settings of the optimizer inside.
    public var groups: [ParameterGroup] {
        get { fast.groups }
        set { fast.groups = newValue }
    }

    /// Lets the optimizer inside take a step; after every `interval` of them the parameters are drawn back.
    public func step() {
        withoutGradients {
            if slow.tensors.isEmpty {
                for key in keys { slow.tensors[key] = parameter(key)?.tensor.detached().clone() }
            }
            fast.step()
            steps += 1
            guard steps == interval else { return }
            steps = 0
            // What no optimizer moves is not its to draw back.
            let both = keys.compactMap { key -> (slow: Tensor, fast: Tensor)? in
                guard let ahead = parameter(key), !ahead.isFrozen, let slow = slow.tensors[key] else { return nil }
                return (slow, ahead.tensor)
            }
            guard !both.isEmpty else { return }
            let share = 1 - (1 - lastShare) * pow(progress, power)
            Self.approachOperator.run(
                .tensors(both.map { $0.slow.inMemoryOrder(of: $0.fast) }),
                .tensors(both.map { $0.fast.inMemoryOrder(of: $0.fast) }), .double(share))
            for (slow, fast) in both { fast.assign(slow) }
        }
    }

    private var keys: [OptimizerStateKey] {
        groups.enumerated().flatMap { index, group in
            group.parameters.indices.map { OptimizerStateKey(group: index, position: $0) }
        }
    }

    /// The slow parameters, the number of steps since they moved, and what the optimizer inside remembers.
    public var state: [String: Tensor] {
        guard !slow.tensors.isEmpty else { return fast.state }
        let own = slow.named(parameter).merging([Self.stepsName: Tensor(Float(steps))]) { first, _ in first }
        return fast.state.merging(own) { first, _ in first }
    }

    /// Takes all of it back.
    ///
    /// - Throws: `UserFacingError` that names what does not fit; then nothing was changed.
    public func load(_ state: [String: Tensor], from source: String) throws {
        let own = state.filter { $0.key.hasPrefix("\(slow.kind).") }
        let read: OptimizerState = try .read(kind: slow.kind, from: own, source: source, parameter: parameter)
        try OptimizerState.check([read], hold: own, source: source)
        var taken = 0
        if !state.isEmpty {
            if let key = keys.first(where: { read.tensors[$0] == nil }) {
                throw OptimizerState.failure(source, read.name(key), OptimizerState.missing)
            }
            guard let count = state[Self.stepsName] else {
                throw OptimizerState.failure(source, Self.stepsName, OptimizerState.missing)
            }
            taken = count.count == 1 ? Int(exactly: count.item()) ?? -1 : -1
            guard (0..<interval).contains(taken) else {
                throw OptimizerState.failure(source, Self.stepsName, "is not a number from 0 to \(interval - 1)")
            }
        }
        try fast.load(state.filter { own[$0.key] == nil && $0.key != Self.stepsName }, from: source)
        slow = read
        steps = taken
    }
}
