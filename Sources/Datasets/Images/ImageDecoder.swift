public import Foundation

/// Decodes JPEG and PNG files to upright 8-bit pixels; one for each thread, since it keeps its buffers.
///
/// Pixels are those of libjpeg's default decoding (accurate integer transform, interpolated colour), of a region as of the
/// whole; only a progressive file that lacks its last scans is shown as coarse as it is, not smoothed. CMYK becomes RGB without a colour profile, inks being stored inverted as Adobe does. Of 16 bits the upper eight
/// are kept, and alpha is dropped, not blended. Colour profiles and gamma are not applied.
///
/// A file that is cut short or damaged is refused, not filled up; what follows the image in the file does not matter. A
/// region is decoded no further than it reaches, so damage behind it is not seen.
public final class ImageDecoder {
    /// What each decoded pixel has.
    public let channels: ImageChannels

    /// The most pixels, H x W, that an image may say to have; it is refused before memory is taken for it.
    public let pixelLimit: Int

    /// 178,956,970 pixels, half a gibibyte as RGB.
    public static let defaultPixelLimit = (1 << 29) / 3

    private var file = FileBuffer()
    private var stored: [UInt8] = []

    /// Creates a decoder.
    ///
    /// - Parameters:
    ///   - channels: what each decoded pixel shall have.
    ///   - pixelLimit: the most pixels an image may have, at least 1.
    /// - Precondition: `pixelLimit` is at least 1.
    public init(channels: ImageChannels = .rgb, pixelLimit: Int = ImageDecoder.defaultPixelLimit) {
        precondition(pixelLimit >= 1, "ImageDecoder: expected a limit of at least 1 pixel, got \(pixelLimit)")
        self.channels = channels
        self.pixelLimit = pixelLimit
    }

    /// Format, size and orientation of the image file at `path`, without decoding its pixels.
    ///
    /// - Throws: `UserFacingError` that names `path` when it is unreadable, no image, damaged or has too many pixels.
    public func information(of path: String) throws -> ImageInformation {
        try file.withContents(of: path) { try information(bytes: $0, named: path) }
    }

    /// Format, size and orientation of an image file in memory, without decoding its pixels.
    ///
    /// - Parameters:
    ///   - bytes: the whole file.
    ///   - named: what an error shall call it.
    /// - Throws: `UserFacingError` when it is no image, damaged or has too many pixels.
    public func information(bytes: some ContiguousBytes, named: String) throws -> ImageInformation {
        try bytes.withUnsafeBytes { try ImageFile($0, named: named, pixelLimit: pixelLimit).information }
    }

    /// The pixels of the image file at `path`, upright; the file is read once.
    ///
    /// - Parameters:
    ///   - path: the file.
    ///   - region: chooses the part to decode, once format and size are known; nil for the whole.
    /// - Throws: `UserFacingError` that names `path` when it is unreadable, no image, cut short, damaged or has too many
    ///   pixels.
    /// - Precondition: the region lies within the upright image and is not empty.
    public func decode(_ path: String, region: ((ImageInformation) -> PixelRegion)? = nil) throws -> DecodedImage {
        try file.withContents(of: path) { bytes in
            try ImageFile(bytes, named: path, pixelLimit: pixelLimit)
                .decoded(channels: channels.rawValue, region: region, scratch: &stored)
        }
    }

    /// The pixels of the image of a set, upright.
    ///
    /// - Parameters:
    ///   - sample: the image.
    ///   - region: chooses the part to decode, once format and size are known; nil for the whole.
    /// - Throws: `UserFacingError` that names the file and, where it holds several images, the place, when it is unreadable, no image,
    ///   cut short, damaged or has too many pixels.
    /// - Precondition: the region lies within the upright image and is not empty.
    public func decode(
        _ sample: ImageSample, region: ((ImageInformation) -> PixelRegion)? = nil
    ) throws -> DecodedImage {
        try file.withContents(of: sample.path, at: sample.place) { bytes in
            try ImageFile(bytes, named: sample.name, pixelLimit: pixelLimit)
                .decoded(channels: channels.rawValue, region: region, scratch: &stored)
        }
    }

    /// The pixels of an image file in memory, upright.
    ///
    /// - Parameters:
    ///   - bytes: the whole file.
    ///   - named: what an error shall call it.
    ///   - region: chooses the part to decode, once format and size are known; nil for the whole.
    /// - Throws: `UserFacingError` when it is no image, cut short, damaged or has too many pixels.
    /// - Precondition: the region lies within the upright image and is not empty.
    public func decode(
        bytes: some ContiguousBytes, named: String, region: ((ImageInformation) -> PixelRegion)? = nil
    ) throws -> DecodedImage {
        try bytes.withUnsafeBytes { bytes in
            try ImageFile(bytes, named: named, pixelLimit: pixelLimit)
                .decoded(channels: channels.rawValue, region: region, scratch: &stored)
        }
    }
}
