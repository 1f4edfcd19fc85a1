/// An image in memory: upright, one byte a value.
public struct DecodedImage: Sendable, Equatable {
    /// `[H, W, C]`, each value in 0...255.
    public let pixels: [UInt8]

    /// Rows, H.
    public let height: Int

    /// Columns, W.
    public let width: Int

    /// Values a pixel, C: 1 is grey; 3 are red, green and blue.
    public let channels: Int

    /// Joins pixels and their shape.
    ///
    /// - Precondition: `pixels` has H x W x C elements.
    public init(pixels: [UInt8], height: Int, width: Int, channels: Int) {
        precondition(
            [height, width, channels].checkedProduct == pixels.count,
            "DecodedImage: expected \(height) x \(width) x \(channels) bytes, got \(pixels.count)")
        self.pixels = pixels
        self.height = height
        self.width = width
        self.channels = channels
    }
}
