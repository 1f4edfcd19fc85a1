public import Torch

/// Changes parameters against their gradients.
///
/// Gradients are cleared, the loss goes backward, then ``step()`` is called.
public protocol Optimizer: AnyObject {
    /// The parameters with their settings; a schedule changes the settings.
    var groups: [ParameterGroup] { get set }

    /// Changes every parameter that has a gradient.
    func step()

    /// What is remembered between steps, by `kind.group.position`.
    var state: [String: Tensor] { get }

    /// Takes back a remembered ``state``.
    ///
    /// - Throws: `UserFacingError` that names what does not fit; then nothing was changed.
    func load(_ state: [String: Tensor], from source: String) throws
}

/// Parameters that are changed by the same settings.
public struct ParameterGroup {
    /// The parameters.
    public let parameters: [Parameter]
    /// How far a step goes.
    public var learningRate: Double
    /// How much of the last step is kept: SGD's momentum, Adam's first beta.
    public var momentum: Double
    /// The pull of each parameter to zero.
    public let weightDecay: Double

    /// Creates a group.
    public init(_ parameters: [Parameter], learningRate: Double, momentum: Double, weightDecay: Double) {
        self.parameters = parameters
        self.learningRate = learningRate
        self.momentum = momentum
        self.weightDecay = weightDecay
    }

    /// What a step changes: the parameters that have a gradient, or those of their rows that have one.
    func withGradients() -> [ParameterStep] {
        parameters.enumerated().compactMap { position, parameter in
            parameter.stepGradient.map { ParameterStep(position: position, parameter: parameter, gradient: $0) }
        }
    }
}

/// What a step changes of one parameter.
struct ParameterStep {
    /// Where the parameter stands in its group.
    let position: Int
    let parameter: Parameter
    /// Of the shape of ``values``.
    let gradient: Tensor

    /// What the step changes: the parameter, or a copy of its active rows.
    var values: Tensor { parameter.active?.values ?? parameter.tensor }

    /// What is remembered for ``values``, given what is for the whole parameter; a copy where only some rows are active.
    func remembered(_ state: Tensor) -> Tensor {
        parameter.active.map { state.gathered($0.indices) } ?? state
    }

    /// Puts active rows back that a step has changed: of a state, or of the parameter.
    func putBack(_ rows: Tensor, into whole: Tensor) {
        if let active = parameter.active { whole.assign(rows, at: active.indices) }
    }
}

extension Optimizer {
    /// Forgets all gradients.
    public func clearGradients() {
        for group in groups {
            for parameter in group.parameters {
                parameter.gradient = nil
                parameter.active = nil
            }
        }
    }

    /// The parameter at a position of a group, for state that must lie in memory as it does.
    func parameter(_ key: OptimizerStateKey) -> Parameter? {
        guard groups.indices.contains(key.group), groups[key.group].parameters.indices.contains(key.position) else {
            return nil
        }
        return groups[key.group].parameters[key.position]
    }
}

extension Tensor {
    /// This parameter, or its gradient or state, with the dimensions in the order in which `parameter` lies in memory:
    /// fused steps copy every gradient that lies otherwise.
    func inMemoryOrder(of parameter: Tensor) -> Tensor {
        guard parameter.rank == 4, !parameter.isContiguous(), parameter.isContiguous(.channelsLast) else { return self }
        return contiguous(.channelsLast).permuted([0, 2, 3, 1])
    }
}
