import Torch

/// Operations on images whose pixels lie row by row with their channels side by side, `[K, H, W, C]`.
extension Tensor {
    private static let stridedOperator = Operator("aten::as_strided")
    private static let indexOperator = Operator("aten::index", "Tensor")
    private static let flipOperator = Operator("aten::flip")
    private static let padOperator = Operator("aten::constant_pad_nd")
    private static let scaleOperator = Operator("aten::addcmul", "out")
    private static let remainderOperator = Operator("aten::remainder", "Scalar")
    private static let resizeOperator = Operator("aten::_upsample_bilinear2d_aa")

    /// The images of a batch `[K, C, H, W]` as `[K, H, W, C]`, dense; a view where they are channels-last.
    var pixelRows: Tensor { permuted([0, 2, 3, 1]).contiguous() }

    /// The images of a batch `[K, H, W, C]` as `[K, C, H, W]`, a view.
    var channelPlanes: Tensor { permuted([0, 3, 1, 2]) }

    /// The elements in the opposite order along a dimension.
    func reversed(along dimension: Int) -> Tensor {
        Self.flipOperator(.tensor(self), .ints([dimension]))
    }

    /// Images `[K, H, W, C]` with `padding` pixels of zeros on every side.
    func paddedWithZeros(_ padding: Int) -> Tensor {
        Self.padOperator(.tensor(self), .ints([0, 0, padding, padding, padding, padding]), .int(0))
    }

    /// Images `[K, H, W, C]` mirrored about their outermost pixels by `padding` pixels on every side.
    func paddedByReflection(_ padding: Int) -> Tensor {
        [1, 2].reduce(self) { images, dimension in
            let size = images.size(dimension)
            let before = images.sliced(1..<padding + 1, along: dimension).reversed(along: dimension)
            let after = images.sliced(size - 1 - padding..<size - 1, along: dimension).reversed(along: dimension)
            return .concatenated([before, images, after], along: dimension)
        }
    }

    /// A window of `height` x `width` pixels out of each image of dense `[K, H, W, C]`, at its own place.
    ///
    /// Every place is an element of an overlapping view, so that one gather copies whole rows of all windows.
    ///
    /// - Parameters:
    ///   - tops: the first row of each window, `[K]` int64.
    ///   - lefts: the first column of each window, `[K]` int64.
    ///   - height: rows of a window.
    ///   - width: columns of a window.
    func windows(tops: Tensor, lefts: Tensor, height: Int, width: Int) -> Tensor {
        let (rows, columns, channels) = (size(1), size(2), size(3))
        let down = columns * channels
        let places = Self.stridedOperator(
            .tensor(self), .ints([size(0), rows - height + 1, columns - width + 1, height, width, channels]),
            .ints([rows * down, down, channels, down, channels, 1]))
        let images = Tensor.arange(size(0), device: device)
        return Self.indexOperator(.tensor(places), .optionalTensors([images, tops, lefts]))
    }

    /// A copy whose elements at `positions` of the first dimension are those of `source`.
    func replacing(_ positions: [Int], by source: Tensor) -> Tensor {
        var order = Array(0..<Int64(size(0)))
        for (place, position) in positions.enumerated() { order[position] = Int64(size(0) + place) }
        // Copies whole images, where a scatter goes element by element.
        return Tensor.concatenated([self, source]).gathered(Tensor(order).to(device))
    }

    /// Multiplies each element by `factor` and adds `offset`, in place and in one pass.
    func scale(by factor: Tensor, plus offset: Tensor) {
        Self.scaleOperator.run(.tensor(offset), .tensor(self), .tensor(factor), .int(1), .tensor(self))
    }

    /// What is left of each element after whole multiples of `divisor`; never negative.
    func remainder(_ divisor: Double) -> Tensor {
        Self.remainderOperator(.tensor(self), .double(divisor))
    }

    /// Bytes `[1, C, H, W]`, channels-last, at another size: bilinear, each output pixel an average of all that it covers.
    ///
    /// For bytes on a processor with AVX2, libtorch's kernel runs on the caller's thread alone.
    func resized(height: Int, width: Int) -> Tensor {
        Self.resizeOperator(.tensor(self), .ints([height, width]), .bool(false), .none, .none)
    }
}
