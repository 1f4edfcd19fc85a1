import CTorch

extension Tensor {
    private static let backwardOperator = Operator("aten::_backward")

    /// Whether computations with this tensor are recorded, so that it gets a gradient.
    public var requiresGradient: Bool { ct_tensor_requires_gradient(handle) }

    /// Sets whether computations with this tensor are recorded, and returns the tensor.
    ///
    /// - Precondition: the tensor is floating point and not the result of a recorded computation.
    @discardableResult
    public func requiringGradient(_ value: Bool = true) -> Tensor {
        Status.trapping("requiringGradient() of \(signature)", ct_tensor_set_requires_gradient(handle, value))
        return self
    }

    /// The gradient that ``backward(_:keepingGraph:)`` left here, of the same shape; nil before, and after being set to nil.
    public var gradient: Tensor? {
        get {
            var result = CTTensor(pointer: nil)
            Status.trapping("gradient of \(signature)", ct_tensor_gradient(handle, &result))
            return result.pointer == nil ? nil : Tensor(owning: result)
        }
        set {
            let value = newValue?.handle ?? CTTensor(pointer: nil)
            Status.trapping("setting the gradient of \(signature)", ct_tensor_set_gradient(handle, value))
            withExtendedLifetime(newValue) {}
        }
    }

    /// Adds the gradients of this tensor to the ``gradient`` of every tensor that it was computed from.
    ///
    /// - Parameters:
    ///   - gradient: of the shape of this tensor; may be left out for a single number.
    ///   - keepingGraph: keeps what is needed to go back once more.
    public func backward(_ gradient: Tensor? = nil, keepingGraph: Bool = false) {
        Self.backwardOperator.run(
            .tensor(self), .tensors([]), .optional(gradient), .bool(keepingGraph), .bool(false))
    }
}

/// Runs `body` without recording computations for gradients on this thread.
public func withoutGradients<Result>(_ body: () throws -> Result) rethrows -> Result {
    let before = ct_gradients_enabled()
    ct_gradients_set_enabled(false)
    defer { ct_gradients_set_enabled(before) }
    return try body()
}
