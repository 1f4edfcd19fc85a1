public import Foundation

/// Small images of samples, all of one size, as bytes.
public struct Thumbnails: Sendable, Equatable {
    /// Pixels in a row.
    public let width: Int
    /// Rows.
    public let height: Int
    /// 1 for grey, 3 for red, green, blue.
    public let channels: Int
    /// The bytes `[N, H, W, C]`, 0 black, 255 white.
    public let pixels: Data

    /// Creates thumbnails from their bytes `[N, H, W, C]`.
    ///
    /// - Precondition: the sides are in 1...96, there are 1 or 3 channels, and the bytes are a whole number of images.
    public init(width: Int, height: Int, channels: Int, pixels: Data) {
        precondition(
            (1...96).contains(width) && (1...96).contains(height) && (channels == 1 || channels == 3),
            "Thumbnails expected sides in 1...96 and 1 or 3 channels, got \(width) x \(height) x \(channels)")
        precondition(
            pixels.count.isMultiple(of: width * height * channels),
            "Thumbnails expected a multiple of \(width * height * channels) bytes, got \(pixels.count)")
        self.width = width
        self.height = height
        self.channels = channels
        self.pixels = pixels
    }

    /// The number of images.
    public var count: Int { pixels.count / bytesEach }

    private var bytesEach: Int { width * height * channels }

    /// The largest number of bytes of a sheet before it is compressed.
    static let mostBytes = 12_000_000

    /// Creates thumbnails of images of any size, each made to fit a square without changing its shape and put on grey.
    ///
    /// - Parameters:
    ///   - images: the images, grey or in color; grey ones become color where any is in color.
    ///   - side: the square's side in pixels, in 1...96.
    public init(of images: [SampleImage], side: Int = 40) {
        let channels = images.contains { $0.channels == 3 } ? 3 : 1
        var pixels = Data(capacity: images.count * side * side * channels)
        for image in images { pixels.append(image.inSquare(side: side, channels: channels).pixels) }
        self.init(width: side, height: side, channels: channels, pixels: pixels)
    }

    /// The thumbnails made smaller where `count` of them would make a sheet of more than ``mostBytes``.
    func shrunk(for count: Int) -> Thumbnails {
        let factor = (Double(Self.mostBytes) / Double(max(1, count * bytesEach))).squareRoot()
        guard factor < 1 else { return self }
        let width = max(1, Int(Double(width) * factor))
        let height = max(1, Int(Double(height) * factor))
        var smaller = Data(capacity: self.count * width * height * channels)
        for index in 0..<self.count {
            smaller.append(image(index).resized(width: width, height: height).pixels)
        }
        return Thumbnails(width: width, height: height, channels: channels, pixels: smaller)
    }

    private func image(_ index: Int) -> SampleImage {
        let begin = pixels.startIndex + index * bytesEach
        return SampleImage(width: width, height: height, channels: channels, pixels: pixels[begin..<begin + bytesEach])
    }

    /// Columns of the sheet on which ``sheet(of:)`` puts `count` images.
    static func columns(for count: Int) -> Int {
        max(1, Int(Double(count).squareRoot().rounded(.up)))
    }

    /// One PNG with the images of `indices` side by side, row after row.
    func sheet(of indices: [Int]) throws -> Data {
        let columns = Self.columns(for: indices.count)
        let rows = max(1, (indices.count + columns - 1) / columns)
        let surface = try CairoSurface(
            width: columns * width, height: rows * height, channels: channels, subject: "thumbnails")
        for (position, index) in indices.enumerated() {
            surface.put(image(index), left: position % columns * width, top: position / columns * height)
        }
        return try surface.png()
    }
}
