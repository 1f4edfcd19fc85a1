/// Parts of a tensor. Views share memory with the whole; gathered parts are copies.
extension Tensor {
    private static let sliceOperator = Operator("aten::slice", "Tensor")
    private static let selectOperator = Operator("aten::select", "int")
    private static let indexSelectOperator = Operator("aten::index_select")
    private static let gatherOperator = Operator("aten::gather")
    private static let scatterInPlaceOperator = Operator("aten::scatter_", "src")
    private static let sortOperator = Operator("aten::sort")
    private static let indexCopyOperator = Operator("aten::index_copy_")
    private static let indexFillOperator = Operator("aten::index_fill_", "int_Scalar")
    private static let indexAddOperator = Operator("aten::index_add")
    private static let placesOperator = Operator("aten::searchsorted", "Tensor")

    /// The elements with `index` in the first dimension; negative ones count from the last.
    public subscript(index: Int) -> Tensor {
        selected(index, along: 0)
    }

    /// The elements in `range` of the first dimension.
    public subscript(range: Range<Int>) -> Tensor {
        sliced(range, along: 0)
    }

    /// The elements with `index` in `dimension`, which goes.
    public func selected(_ index: Int, along dimension: Int) -> Tensor {
        Self.selectOperator(.tensor(self), .int(dimension), .int(index))
    }

    /// The elements in `range` of `dimension`, taken `step` apart.
    ///
    /// - Precondition: the range lies within the dimension.
    public func sliced(_ range: Range<Int>, step: Int = 1, along dimension: Int) -> Tensor {
        require(
            range.lowerBound >= 0 && range.upperBound <= size(dimension),
            "sliced(\(range), along: \(dimension)): the tensor is \(signature)")
        return Self.sliceOperator(
            .tensor(self), .int(dimension), .int(range.lowerBound), .int(range.upperBound), .int(step))
    }

    /// Copies of the elements with the given indices, `[K]` int64, in `dimension`.
    public func gathered(_ indices: Tensor, along dimension: Int = 0) -> Tensor {
        Self.indexSelectOperator(.tensor(self), .int(dimension), .tensor(indices))
    }

    /// For each position of `indices`, the element at that index of `dimension`; see PyTorch's `gather`.
    public func taken(_ indices: Tensor, along dimension: Int) -> Tensor {
        Self.gatherOperator(.tensor(self), .int(dimension), .tensor(indices))
    }

    /// Overwrites in place, for each position of `indices`, the element at that index of `dimension`: the opposite of
    /// ``taken(_:along:)``.
    public func put(_ source: Tensor, at indices: Tensor, along dimension: Int) {
        Self.scatterInPlaceOperator.run(.tensor(self), .int(dimension), .tensor(indices), .tensor(source))
    }

    /// The elements in order along a dimension, and the index of each, int64.
    public func sorted(along dimension: Int, descending: Bool = false) -> (values: Tensor, indices: Tensor) {
        let results = Self.sortOperator.tensors(.tensor(self), .int(dimension), .bool(descending))
        return (results[0], results[1])
    }

    /// Where each element would stand in `sorted`, an ascending tensor of one dimension: before its equals. int64, of the
    /// shape of this tensor.
    public func places(in sorted: Tensor) -> Tensor { Self.placesOperator(.tensor(sorted), .tensor(self)) }

    /// Overwrites the rows `indices`, `[K]` int64, by the rows of `source`, in place.
    public func assign(_ source: Tensor, at indices: Tensor) {
        Self.indexCopyOperator.run(.tensor(self), .int(0), .tensor(indices), .tensor(source))
    }

    /// Sets the elements `indices`, `[K]` int64, of the first dimension to a number, in place.
    public func fill(_ value: Double, at indices: Tensor) {
        Self.indexFillOperator.run(.tensor(self), .int(0), .tensor(indices), .double(value))
    }

    /// A copy to whose rows `indices`, `[K]` int64, the rows of `source` are added; repeated indices add up.
    public func adding(_ source: Tensor, at indices: Tensor, along dimension: Int = 0) -> Tensor {
        Self.indexAddOperator(.tensor(self), .int(dimension), .tensor(indices), .tensor(source))
    }
}
