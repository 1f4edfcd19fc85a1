public import Torch

/// A tensor that training changes; found in a module by being one of its properties.
public final class Parameter {
    /// The values, which record computations for gradients.
    public private(set) var tensor: Tensor

    /// Whether it is never trained, such as a scale that a publication holds at 1.
    public let isConstant: Bool

    /// Which rows of the whole these are, where the others are held by other processes; see ``divide(over:)``.
    public internal(set) var part: RowPart?

    /// The rows that take part in the next step, where the others do not; see ``activate(_:)``.
    public internal(set) var active: ActiveRows?

    /// Creates a parameter of the given values.
    public init(_ tensor: Tensor, isConstant: Bool = false) {
        self.tensor = tensor.detached().requiringGradient(!isConstant)
        self.isConstant = isConstant
    }

    /// Whether no gradient is computed, so that no optimizer changes the values, not even by weight decay.
    ///
    /// Freezing forgets the gradient; a constant stays frozen.
    public var isFrozen: Bool {
        get { !tensor.requiresGradient }
        set {
            guard !isConstant else { return }
            if newValue { gradient = nil }
            tensor.requiringGradient(!newValue)
        }
    }

    /// The gradient of the last backward pass, if there was one.
    public var gradient: Tensor? {
        get { tensor.gradient }
        set { tensor.gradient = newValue }
    }

    /// Replaces where or how the values lie; an optimizer that was made before must be made again.
    func replace(_ change: (Tensor) -> Tensor) {
        let isTrained = tensor.requiresGradient
        tensor = withoutGradients { change(tensor.detached()).detached() }
        tensor.requiringGradient(isTrained)
    }
}

/// A tensor that belongs to a module's state but that no optimizer changes, such as a running mean.
public final class Buffer {
    /// The values.
    public var tensor: Tensor

    /// Whether the module is to keep the values as they are while it trains.
    public var isFrozen = false

    /// Creates a buffer of the given values.
    public init(_ tensor: Tensor) {
        self.tensor = tensor
    }
}
