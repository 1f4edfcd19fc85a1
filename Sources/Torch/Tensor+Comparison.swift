/// Truth values of each element, and choices made by them.
extension Tensor {
    private static let lessOperator = Operator("aten::lt", "Tensor")
    private static let lessScalarOperator = Operator("aten::lt", "Scalar")
    private static let lessOrEqualScalarOperator = Operator("aten::le", "Scalar")
    private static let greaterOperator = Operator("aten::gt", "Tensor")
    private static let greaterScalarOperator = Operator("aten::gt", "Scalar")
    private static let andOperator = Operator("aten::logical_and")
    private static let orOperator = Operator("aten::logical_or")
    private static let notOperator = Operator("aten::logical_not")
    private static let whereScalarOperator = Operator("aten::where", "ScalarOther")
    private static let whereOperator = Operator("aten::where", "self")
    private static let nonzeroOperator = Operator("aten::nonzero")
    private static let pairwiseMinimumOperator = Operator("aten::minimum")

    /// Whether each element is less than the other; false beside what is no number.
    public static func .< (left: Tensor, right: Tensor) -> Tensor { lessOperator(.tensor(left), .tensor(right)) }
    /// Whether each element is less than a number; false for what is no number.
    public static func .< (left: Tensor, right: Double) -> Tensor {
        lessScalarOperator(.tensor(left), .double(right))
    }
    /// Whether each element is at most a number; false for what is no number.
    public static func .<= (left: Tensor, right: Double) -> Tensor {
        lessOrEqualScalarOperator(.tensor(left), .double(right))
    }
    /// Whether each element is greater than the other; false beside what is no number.
    public static func .> (left: Tensor, right: Tensor) -> Tensor { greaterOperator(.tensor(left), .tensor(right)) }
    /// Whether each element is greater than a number; false for what is no number.
    public static func .> (left: Tensor, right: Double) -> Tensor {
        greaterScalarOperator(.tensor(left), .double(right))
    }
    /// Whether both elements are true.
    public static func .& (left: Tensor, right: Tensor) -> Tensor { andOperator(.tensor(left), .tensor(right)) }
    /// Whether either element is true.
    public static func .| (left: Tensor, right: Tensor) -> Tensor { orOperator(.tensor(left), .tensor(right)) }
    /// Whether each element is false.
    public static prefix func .! (tensor: Tensor) -> Tensor { notOperator(.tensor(tensor)) }

    /// The elements where `mask` is true, and `value` elsewhere; nothing flows back from there.
    public func kept(where mask: Tensor, else value: Double = 0) -> Tensor {
        Self.whereScalarOperator(.tensor(mask), .tensor(self), .double(value))
    }

    /// The elements where `mask` is true, and those of `other` elsewhere.
    public func kept(where mask: Tensor, else other: Tensor) -> Tensor {
        Self.whereOperator(.tensor(mask), .tensor(self), .tensor(other))
    }

    /// The indices of all elements that are true or not zero, in row-major order: `[K, rank]` int64.
    ///
    /// On a GPU this waits for all work before it, since K must be known.
    public func nonzeroIndices() -> Tensor { Self.nonzeroOperator(.tensor(self)) }

    /// The lesser of each pair of elements.
    public static func lesser(_ left: Tensor, _ right: Tensor) -> Tensor {
        pairwiseMinimumOperator(.tensor(left), .tensor(right))
    }
}
