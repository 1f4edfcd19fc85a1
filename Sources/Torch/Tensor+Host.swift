import CTorch

extension Tensor {
    /// Creates a tensor of `shape` from values in row-major order, on the processor.
    ///
    /// - Precondition: there are as many values as the shape has room for.
    public convenience init<Element: TensorElement>(_ values: [Element], shape: [Int]) {
        require(
            shape.reduce(1, *) == values.count, "Tensor(_:shape:): \(values.count) values for the shape \(shape)")
        let handle = values.withUnsafeBytes { Self.copying($0, shape: shape, dtype: Element.dtype) }
        self.init(owning: handle)
    }

    /// Creates a one-dimensional tensor.
    public convenience init<Element: TensorElement>(_ values: [Element]) {
        self.init(values, shape: [values.count])
    }

    /// Creates a tensor of no dimension that holds one number.
    public convenience init<Element: TensorElement>(_ value: Element) {
        self.init([value], shape: [])
    }

    /// Creates a tensor by copying `bytes`, which are elements of `dtype` in row-major order.
    ///
    /// - Precondition: the number of bytes is what shape and type need.
    public convenience init(bytes: UnsafeRawBufferPointer, shape: [Int], dtype: DType) {
        self.init(owning: Self.copying(bytes, shape: shape, dtype: dtype))
    }

    private static func copying(_ bytes: UnsafeRawBufferPointer, shape: [Int], dtype: DType) -> CTTensor {
        var handle = CTTensor(pointer: nil)
        let sizes = shape.map(Int64.init)
        Status.trapping(
            "Tensor(bytes:shape:dtype:) of \(shape) \(dtype)",
            ct_tensor_from_bytes(bytes.baseAddress, bytes.count, sizes, sizes.count, dtype.rawValue, &handle))
        return handle
    }

    /// The elements in row-major order, read from whatever device.
    ///
    /// - Precondition: the elements are of that type; convert with ``to(_:)-(DType)`` first.
    public func array<Element: TensorElement>(of type: Element.Type = Element.self) -> [Element] {
        require(dtype == Element.dtype, "array(of: \(Element.self)): the tensor is \(signature)")
        var values = [Element](repeating: .zero, count: count)
        values.withUnsafeMutableBytes { copy(to: $0) }
        return values
    }

    /// Copies the elements in row-major order into `bytes`.
    ///
    /// - Precondition: there is room for exactly all of them.
    public func copy(to bytes: UnsafeMutableRawBufferPointer) {
        Status.trapping(
            "copy(to:) of \(signature)", ct_tensor_to_bytes(handle, bytes.baseAddress, bytes.count))
    }

    /// The one element as a number, whatever its type.
    ///
    /// - Precondition: the tensor has exactly one element.
    public func item() -> Double {
        require(count == 1, "item(): the tensor is \(signature)")
        // Not every device has 64 bits.
        return to(.cpu).to(.float64).array(of: Double.self)[0]
    }
}
