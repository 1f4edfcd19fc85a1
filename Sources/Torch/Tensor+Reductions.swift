/// Many elements brought down to few.
extension Tensor {
    private static let sumOperator = Operator("aten::sum", "dim_IntList")
    private static let meanOperator = Operator("aten::mean", "dim")
    private static let sumAllOperator = Operator("aten::sum")
    private static let meanAllOperator = Operator("aten::mean")
    private static let maximumOperator = Operator("aten::amax")
    private static let minimumOperator = Operator("aten::amin")
    private static let argumentMaximumOperator = Operator("aten::argmax")
    private static let argumentMinimumOperator = Operator("aten::argmin")
    private static let cumulativeSumOperator = Operator("aten::cumsum")
    private static let anyOperator = Operator("aten::any", "dim")
    private static let allOperator = Operator("aten::all")
    private static let normOperator = Operator("aten::linalg_vector_norm")
    private static let deviationOperator = Operator("aten::std")
    private static let countsOperator = Operator("aten::bincount")

    /// The sum of all elements, as a tensor of no dimension.
    public func sum() -> Tensor { Self.sumAllOperator(.tensor(self)) }

    /// The mean of all elements, as a tensor of no dimension.
    public func mean() -> Tensor { Self.meanAllOperator(.tensor(self)) }

    /// The standard deviation of all elements, over their number less one, as a tensor of no dimension.
    public func standardDeviation() -> Tensor { Self.deviationOperator(.tensor(self)) }

    /// The sum along dimensions.
    public func sum(along dimensions: [Int], keeping: Bool = false) -> Tensor {
        Self.sumOperator(.tensor(self), .ints(dimensions), .bool(keeping))
    }

    /// The mean along dimensions.
    public func mean(along dimensions: [Int], keeping: Bool = false) -> Tensor {
        Self.meanOperator(.tensor(self), .ints(dimensions), .bool(keeping))
    }

    /// The greatest element along dimensions; of all when none is named.
    public func maximum(along dimensions: [Int] = [], keeping: Bool = false) -> Tensor {
        Self.maximumOperator(.tensor(self), .ints(dimensions), .bool(keeping))
    }

    /// The least element along dimensions; of all when none is named.
    public func minimum(along dimensions: [Int] = [], keeping: Bool = false) -> Tensor {
        Self.minimumOperator(.tensor(self), .ints(dimensions), .bool(keeping))
    }

    /// The index of the greatest element along a dimension, int64.
    public func argumentMaximum(along dimension: Int) -> Tensor {
        Self.argumentMaximumOperator(.tensor(self), .int(dimension), .bool(false))
    }

    /// The index of the least element along a dimension, int64.
    public func argumentMinimum(along dimension: Int) -> Tensor {
        Self.argumentMinimumOperator(.tensor(self), .int(dimension), .bool(false))
    }

    /// At each element, the sum of it and all before it along a dimension; int64 for truth values.
    public func cumulativeSum(along dimension: Int) -> Tensor {
        Self.cumulativeSumOperator(.tensor(self), .int(dimension))
    }

    /// Whether any element along a dimension is true, or not zero.
    public func any(along dimension: Int) -> Tensor {
        Self.anyOperator(.tensor(self), .int(dimension), .bool(false))
    }

    /// Whether all elements are true, or not zero.
    public func all() -> Bool {
        Self.allOperator(.tensor(self)).item() != 0
    }

    /// The Euclidean norm along a dimension.
    public func norm(along dimension: Int, keeping: Bool = false) -> Tensor {
        Self.normOperator(.tensor(self), .double(2), .ints([dimension]), .bool(keeping))
    }

    /// The Euclidean norm of all elements, as a tensor of no dimension.
    public func norm() -> Tensor {
        Self.normOperator(.tensor(self), .double(2), .none, .bool(false))
    }

    /// How often each of `0..<minimumLength` and beyond occurs in a tensor of whole numbers, `[N]` to `[K]` int64.
    public func occurrences(minimumLength: Int) -> Tensor {
        Self.countsOperator(.tensor(self), .none, .int(minimumLength))
    }
}
