import Torch

/// A tensor as a view of a storage: form, strides and offset in elements, checked to lie within the storage.
struct TensorView: Hashable, Sendable {
    private static let stridedOperator = Operator("aten::as_strided")
    let form: TensorForm
    let strides: [Int]
    let offset: Int
    /// The elements between the first and the last one, with both.
    let extent: Int

    /// - Parameters:
    ///   - form: element type and shape.
    ///   - strides: distances in elements along each dimension.
    ///   - offset: the first element's place.
    ///   - room: the number of elements of the storage.
    init(_ form: TensorForm, strides: [Int], offset: Int, room: Int) throws(Flaw) {
        let shape = form.shape
        guard shape.count == strides.count, (shape + strides + [offset]).allSatisfy({ $0 >= 0 })
        else {
            throw Flaw("tensor", "the shape \(shape) with the strides \(strides) and the offset \(offset) is none")
        }
        // Sizes are counted as if none were zero, since libtorch does so for the strides.
        var bytes = form.dtype.byteCount
        var last = 0
        var fits = true
        for (size, stride) in zip(shape, strides) {
            let (product, tooMany) = bytes.multipliedReportingOverflow(by: max(size, 1))
            let (step, tooFar) = stride.multipliedReportingOverflow(by: max(size, 1) - 1)
            let (sum, beyond) = last.addingReportingOverflow(step)
            fits = fits && !tooMany && !tooFar && !beyond
            (bytes, last) = (product, sum)
        }
        extent = shape.contains(0) ? 0 : fits ? last + (last < Int.max ? 1 : 0) : 0
        let (end, beyond) = offset.addingReportingOverflow(extent)
        guard fits, !beyond, end <= room else {
            throw Flaw(
                "tensor",
                "the shape \(shape) with the strides \(strides) and the offset \(offset) goes beyond its storage of \(room) elements"
            )
        }
        self.form = form
        self.strides = strides
        self.offset = offset
    }

    var byteCount: Int { form.count * form.dtype.byteCount }

    private var isDense: Bool {
        var expected = 1
        for (size, stride) in zip(form.shape, strides).reversed() where size != 1 {
            guard stride == expected else { return false }
            expected *= size
        }
        return true
    }

    /// The tensor with dense memory of its own, on the processor; of the storage's bytes only those that it spans are read.
    func tensor(of storage: UnsafeRawBufferPointer) -> Tensor {
        let size = form.dtype.byteCount
        let begin = extent == 0 ? 0 : offset * size
        let part = UnsafeRawBufferPointer(rebasing: storage[begin..<begin + extent * size])
        if extent == 0 || isDense { return Tensor(bytes: part, shape: form.shape, dtype: form.dtype) }
        let line = Tensor(bytes: part, shape: [extent], dtype: form.dtype)
        return Self.stridedOperator(.tensor(line), .ints(form.shape), .ints(strides), .int(0)).contiguous()
    }
}
