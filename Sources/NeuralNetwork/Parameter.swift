public import Torch

/// A tensor that training changes; found in a module by being one of its properties.
public final class Parameter {
    /// The values, which record computations for gradients.
    public private(set) var tensor: Tensor

    /// Creates a parameter of the given values.
    public init(_ tensor: Tensor) {
        self.tensor = tensor.detached().requiringGradient()
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

    /// Creates a buffer of the given values.
    public init(_ tensor: Tensor) {
        self.tensor = tensor
    }
}
