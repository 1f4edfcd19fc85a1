/// A rectangle of the upright image, in pixels.
public struct PixelRegion: Sendable, Equatable {
    /// The first row.
    public let top: Int

    /// The first column.
    public let left: Int

    /// Rows.
    public let height: Int

    /// Columns.
    public let width: Int

    /// Describes the `height` x `width` pixels below and to the right of (`top`, `left`).
    public init(top: Int, left: Int, height: Int, width: Int) {
        self.top = top
        self.left = left
        self.height = height
        self.width = width
    }

    /// Whether it has pixels, and an image of `height` x `width` has all of them.
    func isWithin(height imageHeight: Int, width imageWidth: Int) -> Bool {
        top >= 0 && left >= 0 && height > 0 && width > 0 && height <= imageHeight && width <= imageWidth
            && top <= imageHeight - height && left <= imageWidth - width
    }
}
