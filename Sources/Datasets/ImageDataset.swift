import Crypto
import Files
import Foundation

/// A named set of labelled images of one size, held in memory as bytes.
public struct ImageDataset: Sendable, Equatable {
    /// What the set is called, such as `mnist/train`; it stands in messages and reports.
    public let name: String

    /// Colour channels an image, C.
    public let channels: Int

    /// Rows an image, H.
    public let height: Int

    /// Columns an image, W.
    public let width: Int

    /// All images, `[N, H, W, C]`, each value in 0...255.
    public let pixels: [UInt8]

    /// The class of each image, `[N]`, each an index into ``classNames``.
    public let labels: [Int64]

    /// What each class is called.
    public let classNames: [String]

    /// Images in the set, N.
    public var count: Int { labels.count }

    /// Bytes an image, H x W x C.
    public var imageSize: Int { height * width * channels }

    /// Creates a set of at least one image.
    ///
    /// - Parameters:
    ///   - name: what the set is called.
    ///   - channels: C.
    ///   - height: H.
    ///   - width: W.
    ///   - pixels: `[N, H, W, C]`.
    ///   - labels: `[N]`, each in `0..<classNames.count`.
    ///   - classNames: what each class is called, `[C]`.
    /// - Throws: `UserFacingError` that names the set when a size is not positive, it is empty, the number of pixels is
    ///   not N x H x W x C, or a label is out of range.
    public init(
        name: String, channels: Int, height: Int, width: Int, pixels: [UInt8], labels: [Int64], classNames: [String]
    ) throws {
        func refuse(_ field: String, _ problem: String, remedy: String) -> UserFacingError {
            UserFacingError(name, field: field, problem: problem, remedy: remedy)
        }
        for (field, size) in [("channels", channels), ("height", height), ("width", width)] where size < 1 {
            throw refuse(field, "expected at least 1, got \(size)", remedy: "give images that have pixels")
        }
        guard !labels.isEmpty else {
            throw refuse("count", "the set is empty", remedy: "give at least one image")
        }
        guard pixels.count == [labels.count, height, width, channels].checkedProduct else {
            throw refuse(
                "pixels",
                "expected \(labels.count) x \(height) x \(width) x \(channels) bytes, got \(pixels.count)",
                remedy: "give as many labels as images, and the images' own size")
        }
        if let wrong = labels.firstIndex(where: { $0 < 0 || $0 >= classNames.count }) {
            throw refuse(
                "label \(wrong)", "expected 0 to \(classNames.count - 1), got \(labels[wrong])",
                remedy: "number the classes from 0 and name each of them")
        }
        self.name = name
        self.channels = channels
        self.height = height
        self.width = width
        self.pixels = pixels
        self.labels = labels
        self.classNames = classNames
    }

    /// What the set holds, as the SHA-256 of shape, pixels and labels in 64 hexadecimal digits; names do not count.
    ///
    /// The digest covers N, H, W and C, the pixels and the labels in this order, numbers as 8 bytes, little-endian.
    ///
    /// - Complexity: O(bytes), computed at each access.
    public var fingerprint: String {
        var hash = SHA256()
        for size in [count, height, width, channels] {
            withUnsafeBytes(of: Int64(size).littleEndian) { hash.update(bufferPointer: $0) }
        }
        pixels.withUnsafeBytes { hash.update(bufferPointer: $0) }
        labels.map(\.littleEndian).withUnsafeBytes { hash.update(bufferPointer: $0) }
        return hash.finalize().hexadecimal
    }

}
