public import Foundation

/// An image of a sample as bytes, of any size.
public struct SampleImage: Sendable, Equatable {
    /// W, pixels in a row.
    public let width: Int
    /// H, rows.
    public let height: Int
    /// 1 for grey, 3 for red, green, blue.
    public let channels: Int
    /// The bytes `[H, W, C]`, 0 black, 255 white.
    public let pixels: Data

    /// Creates an image from its bytes `[H, W, C]`.
    ///
    /// - Precondition: the sides are positive, there are 1 or 3 channels, and there is a byte for each.
    public init(width: Int, height: Int, channels: Int, pixels: Data) {
        precondition(
            width > 0 && height > 0 && (channels == 1 || channels == 3) && pixels.count == width * height * channels,
            "SampleImage expected positive sides and 1 or 3 channels, got \(width) x \(height) x \(channels) with "
                + "\(pixels.count) bytes")
        self.width = width
        self.height = height
        self.channels = channels
        self.pixels = pixels
    }

    /// The image as the bytes of a PNG file, grey or in color.
    ///
    /// - Throws: `UserFacingError` when a side is longer than 32,767 pixels or the memory does not suffice.
    public func png() throws -> Data {
        let surface = try CairoSurface(width: width, height: height, channels: channels, subject: "image")
        surface.put(self)
        return try surface.png()
    }

    /// The image made smaller, in its own shape, so that neither side is longer than `side`; itself where none is.
    public func shrunk(toFit side: Int) -> SampleImage {
        precondition(side > 0, "shrunk(toFit: \(side)): expected more than 0")
        let longer = max(width, height)
        guard longer > side else { return self }
        return resized(width: max(1, width * side / longer), height: max(1, height * side / longer))
    }

    /// The image in another size: each new pixel is the mean of the area that it covers of the old ones.
    func resized(width newWidth: Int, height newHeight: Int) -> SampleImage {
        guard newWidth != width || newHeight != height else { return self }
        let source = pixels.withUnsafeBytes { $0.map { Float($0) } }
        let narrow = Self.resized(source, lines: height, from: width, to: newWidth, step: channels)
        // Rows as one line of long pixels.
        let small = Self.resized(narrow, lines: 1, from: height, to: newHeight, step: newWidth * channels)
        return SampleImage(
            width: newWidth, height: newHeight, channels: channels,
            pixels: Data(small.map { UInt8(min(255, $0.rounded())) }))
    }

    /// Lines of pixels, `step` numbers each, in another length.
    private static func resized(_ source: [Float], lines: Int, from old: Int, to count: Int, step: Int) -> [Float] {
        let shares = shares(of: old, in: count)
        var target = [Float](repeating: 0, count: lines * count * step)
        source.withUnsafeBufferPointer { source in
            target.withUnsafeMutableBufferPointer { target in
                for line in 0..<lines {
                    for (place, parts) in shares.enumerated() {
                        for (index, share) in parts {
                            let (from, to) = ((line * old + index) * step, (line * count + place) * step)
                            for number in 0..<step { target[to + number] += share * source[from + number] }
                        }
                    }
                }
            }
        }
        return target
    }

    /// For each of `count` pixels, the old ones that fall onto it, with shares that sum to 1.
    private static func shares(of old: Int, in count: Int) -> [[(index: Int, share: Float)]] {
        (0..<count).map { place in
            // In units of 1 / count of an old pixel, so that all is whole.
            let (start, end) = (place * old, (place + 1) * old)
            return (start / count..<(end + count - 1) / count).map { index in
                let covered = min(end, (index + 1) * count) - max(start, index * count)
                return (index, Float(covered) / Float(old))
            }
        }
    }

    /// The image in a square of `side` pixels, whole and in its own shape, on grey.
    func inSquare(side: Int, channels newChannels: Int) -> SampleImage {
        let longer = max(width, height)
        let small = resized(width: max(1, width * side / longer), height: max(1, height * side / longer))
        let (left, top) = ((side - small.width) / 2, (side - small.height) / 2)
        var output = Data(repeating: 128, count: side * side * newChannels)
        for y in 0..<small.height {
            for x in 0..<small.width {
                for channel in 0..<newChannels {
                    output[((top + y) * side + left + x) * newChannels + channel] =
                        small.pixels[
                            small.pixels.startIndex + (y * small.width + x) * channels + min(channel, channels - 1)]
                }
            }
        }
        return SampleImage(width: side, height: side, channels: newChannels, pixels: output)
    }
}
