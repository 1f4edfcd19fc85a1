/// How the stored rows and columns become those of the upright image; EXIF 2.32, tag 0x0112.
struct ImageOrientation {
    /// 1...8.
    let value: Int

    /// Whether upright rows are stored columns.
    var isTransposed: Bool { value >= 5 }

    /// Whether the upright image begins with the last stored row.
    private var reversesRows: Bool { [3, 4, 6, 7].contains(value) }

    /// Whether the upright image begins with the last stored column.
    private var reversesColumns: Bool { [2, 3, 7, 8].contains(value) }

    /// The stored part, of an image stored as `height` x `width`, whose pixels make up `region` of the upright image.
    func stored(_ region: PixelRegion, height: Int, width: Int) -> PixelRegion {
        let (rows, columns) =
            isTransposed
            ? ((region.left, region.width), (region.top, region.height))
            : ((region.top, region.height), (region.left, region.width))
        return PixelRegion(
            top: reversesRows ? height - rows.0 - rows.1 : rows.0,
            left: reversesColumns ? width - columns.0 - columns.1 : columns.0,
            height: rows.1, width: columns.1)
    }

    /// Writes stored `pixels`, `[height, width, channels]`, in upright order to `output`, which has as many.
    func turn(
        _ pixels: UnsafeBufferPointer<UInt8>, height: Int, width: Int, channels: Int,
        into output: UnsafeMutableBufferPointer<UInt8>
    ) {
        let rowStep = (reversesRows ? -1 : 1) * width * channels
        let columnStep = (reversesColumns ? -1 : 1) * channels
        let start = (reversesRows ? (height - 1) * width : 0) + (reversesColumns ? width - 1 : 0)
        let (downStep, rightStep) = isTransposed ? (columnStep, rowStep) : (rowStep, columnStep)
        let (outputHeight, outputWidth) = isTransposed ? (width, height) : (height, width)
        var target = 0
        for row in 0..<outputHeight {
            var source = start * channels + row * downStep
            for _ in 0..<outputWidth {
                for channel in 0..<channels { output[target + channel] = pixels[source + channel] }
                target += channels
                source += rightStep
            }
        }
    }
}
