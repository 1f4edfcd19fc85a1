/// Element type and shape: what a tensor is without its numbers.
public struct TensorForm: Sendable, Hashable, CustomStringConvertible {
    /// The element type.
    public let dtype: DType
    /// The size of each dimension.
    public let shape: [Int]

    /// The form of `shape` and `dtype`.
    public init(dtype: DType, shape: [Int]) {
        self.dtype = dtype
        self.shape = shape
    }

    /// The form of `tensor`.
    public init(_ tensor: Tensor) {
        self.init(dtype: tensor.dtype, shape: tensor.shape)
    }

    /// The number of elements.
    ///
    /// - Precondition: it is not greater than `Int.max`, as with every tensor and every checked file.
    public var count: Int { shape.reduce(1, *) }

    /// Shape and type in short: `[2, 3] float32`.
    public var description: String { "\(shape) \(dtype)" }
}
