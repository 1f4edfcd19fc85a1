import CTorch

/// A dense array of numbers on a device, of any number of dimensions, that can record how it was computed.
///
/// Shape and element type are known at run time. Freed by reference counting. A tensor must not cross threads, since
/// gradient and autocast modes belong to a thread; host data does.
///
/// Functions trap when shapes, types or devices do not fit, with the operator's name and what it was given.
public final class Tensor {
    let handle: CTTensor

    init(owning handle: CTTensor) {
        self.handle = handle
    }

    deinit {
        ct_tensor_release(handle)
    }

    /// The number of tensors alive in the process, to find leaks in tests.
    public static var liveCount: Int { Int(ct_tensor_live_count()) }

    /// The size of each dimension.
    public var shape: [Int] { (0..<rank).map { Int(ct_tensor_size(handle, Int64($0))) } }

    /// The distance in elements between neighbours along each dimension.
    public var strides: [Int] { (0..<rank).map { Int(ct_tensor_stride(handle, Int64($0))) } }

    /// The number of dimensions; 0 for a single number.
    public var rank: Int { Int(ct_tensor_rank(handle)) }

    /// The number of elements.
    public var count: Int { (0..<rank).reduce(1) { $0 * Int(ct_tensor_size(handle, Int64($1))) } }

    /// The size of one dimension; negative dimensions count from the last.
    public func size(_ dimension: Int) -> Int {
        let wrapped = dimension < 0 ? dimension + rank : dimension
        require((0..<rank).contains(wrapped), "size(\(dimension)): the tensor is \(signature)")
        return Int(ct_tensor_size(handle, Int64(wrapped)))
    }

    /// The type of the elements.
    public var dtype: DType {
        let code = ct_tensor_dtype(handle)
        guard let dtype = DType(rawValue: code) else { fatalError("a tensor has elements of the unknown type \(code)") }
        return dtype
    }

    /// Where the tensor lives.
    public var device: Device { Device(code: ct_tensor_device(handle)) }

    /// Whether the elements lie densely in the order of `format`.
    public func isContiguous(_ format: MemoryFormat = .contiguous) -> Bool {
        ct_tensor_is_contiguous(handle, format.code)
    }

    /// Whether both tensors look at the same memory.
    public func sharesStorage(with other: Tensor) -> Bool {
        ct_tensor_shares_storage(handle, other.handle)
    }

    /// Shape, type and device in short, as messages show them: `[2, 3] float32`, `[2, 3] float32 on cuda:0`.
    public var signature: String {
        device == .cpu ? "\(shape) \(dtype)" : "\(shape) \(dtype) on \(device)"
    }
}
