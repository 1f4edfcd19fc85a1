/// Other views of the same elements, and tensors joined together.
extension Tensor {
    private static let reshapeOperator = Operator("aten::reshape")
    private static let flattenOperator = Operator("aten::flatten", "using_ints")
    private static let permuteOperator = Operator("aten::permute")
    private static let transposeOperator = Operator("aten::transpose", "int")
    private static let unsqueezeOperator = Operator("aten::unsqueeze")
    private static let squeezeOperator = Operator("aten::squeeze", "dim")
    private static let diagonalOperator = Operator("aten::diagonal")
    private static let expandOperator = Operator("aten::expand")
    private static let concatenateOperator = Operator("aten::cat")
    private static let stackOperator = Operator("aten::stack")

    /// The elements in another shape; one size may be -1 and is then worked out.
    public func reshaped(_ shape: [Int]) -> Tensor {
        Self.reshapeOperator(.tensor(self), .ints(shape))
    }

    /// The dimensions from `start` to `end` as one.
    public func flattened(from start: Int = 0, to end: Int = -1) -> Tensor {
        Self.flattenOperator(.tensor(self), .int(start), .int(end))
    }

    /// The dimensions in another order.
    public func permuted(_ order: [Int]) -> Tensor {
        Self.permuteOperator(.tensor(self), .ints(order))
    }

    /// Two dimensions exchanged.
    public func transposed(_ first: Int = 0, _ second: Int = 1) -> Tensor {
        Self.transposeOperator(.tensor(self), .int(first), .int(second))
    }

    /// A new dimension of size 1 at `dimension`.
    public func unsqueezed(_ dimension: Int) -> Tensor {
        Self.unsqueezeOperator(.tensor(self), .int(dimension))
    }

    /// Without the dimension `dimension`, if its size is 1.
    public func squeezed(_ dimension: Int) -> Tensor {
        Self.squeezeOperator(.tensor(self), .int(dimension))
    }

    /// The elements of a matrix whose row is their column, as many as the shorter side.
    public func diagonal() -> Tensor {
        Self.diagonalOperator(.tensor(self), .int(0), .int(0), .int(1))
    }

    /// Dimensions of size 1 repeated to `shape` without a copy; -1 keeps a size.
    public func expanded(_ shape: [Int]) -> Tensor {
        Self.expandOperator(.tensor(self), .ints(shape))
    }

    /// Tensors joined along an existing dimension.
    public static func concatenated(_ tensors: [Tensor], along dimension: Int = 0) -> Tensor {
        concatenateOperator(.tensors(tensors), .int(dimension))
    }

    /// Tensors of one shape joined along a new dimension.
    public static func stacked(_ tensors: [Tensor], along dimension: Int = 0) -> Tensor {
        stackOperator(.tensors(tensors), .int(dimension))
    }
}
