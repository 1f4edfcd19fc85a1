import CImage
import Files

/// The bytes of one image file whose header has been read and found good.
struct ImageFile {
    let information: ImageInformation

    private let bytes: UnsafeRawBufferPointer
    private let name: String
    private let header: CIHeader

    private var orientation: ImageOrientation { ImageOrientation(value: information.orientation) }

    /// Reads the header of `bytes`, which have to outlive this value.
    ///
    /// - Throws: `UserFacingError` when they are no image, damaged, or promise more pixels than `pixelLimit`.
    init(_ bytes: UnsafeRawBufferPointer, named name: String, pixelLimit: Int) throws {
        guard !bytes.isEmpty else {
            throw UserFacingError(
                name, problem: "is empty (0 bytes)", remedy: "fetch or copy the file again, or remove it")
        }
        var header = CIHeader()
        try Self.check(
            ci_read_header(bytes.baseAddress?.assumingMemoryBound(to: UInt8.self), bytes.count, &header), bytes, name)
        let (height, width) = (Int(header.height), Int(header.width))
        // Both have at most 31 bits.
        guard height * width <= pixelLimit else {
            throw UserFacingError(
                name, field: "size",
                problem:
                    "\(grouped(width)) x \(grouped(height)) pixels are more than the limit of \(grouped(pixelLimit))",
                remedy: "make the image smaller, or remove it")
        }
        self.bytes = bytes
        self.name = name
        self.header = header
        let isTransposed = ImageOrientation(value: Int(header.orientation)).isTransposed
        information = ImageInformation(
            format: header.format == CIFormatJPEG ? .jpeg : .png,
            height: isTransposed ? width : height, width: isTransposed ? height : width,
            components: Int(header.components), orientation: Int(header.orientation))
    }

    /// The pixels of `region`, or of the whole image.
    ///
    /// - Parameters:
    ///   - channels: values a pixel, 1 or 3.
    ///   - region: chooses the part.
    ///   - scratch: memory for what has to be turned; it only grows.
    func decoded(
        channels: Int, region: ((ImageInformation) -> PixelRegion)?, scratch: inout [UInt8]
    ) throws -> DecodedImage {
        let (height, width) = (information.height, information.width)
        let region = region.map { $0(information) } ?? PixelRegion(top: 0, left: 0, height: height, width: width)
        precondition(
            region.isWithin(height: height, width: width),
            "ImageDecoder: expected a region within \(height) x \(width), got \(region)")
        let count = region.height * region.width * channels
        let part = orientation.stored(region, height: Int(header.height), width: Int(header.width))
        let isUpright = information.orientation == 1
        if !isUpright && scratch.count < count { scratch = [UInt8](repeating: 0, count: count) }
        let pixels = try [UInt8](unsafeUninitializedCapacity: count) { output, initialized in
            let output = UnsafeMutableBufferPointer(rebasing: output[..<count])
            if isUpright {
                try decode(part, channels, into: output)
            } else {
                try scratch.withUnsafeMutableBufferPointer { turned in
                    try decode(part, channels, into: turned)
                    orientation.turn(
                        UnsafeBufferPointer(turned), height: part.height, width: part.width, channels: channels,
                        into: output)
                }
            }
            initialized = count
        }
        return DecodedImage(pixels: pixels, height: region.height, width: region.width, channels: channels)
    }

    private func decode(_ part: PixelRegion, _ channels: Int, into pixels: UnsafeMutableBufferPointer<UInt8>) throws {
        let region = CIRegion(
            top: UInt32(part.top), left: UInt32(part.left), height: UInt32(part.height), width: UInt32(part.width))
        try Self.check(
            ci_decode(
                bytes.baseAddress?.assumingMemoryBound(to: UInt8.self), bytes.count, header.format, region,
                UInt32(channels), pixels.baseAddress), bytes, name)
    }

    private static func check(_ status: CIStatus, _ bytes: UnsafeRawBufferPointer, _ name: String) throws {
        guard status.code != CICodeSuccess else { return }
        let message = status.message.map { String(cString: $0) } ?? ""
        ci_message_free(status.message)
        switch status.code {
        case CICodeNotAnImage:
            throw UserFacingError(
                name, problem: "is neither JPEG nor PNG: it begins with \(beginning(of: bytes))",
                remedy: "save it as one of them, or remove it")
        case CICodeTruncated:
            throw UserFacingError(
                name, problem: "is cut short: it ends after \(grouped(bytes.count)) bytes, before its image does",
                remedy: "fetch or copy the file again, or remove it")
        case CICodeUnsupported:
            throw UserFacingError(
                name, problem: "is of a kind that is not read (\(message))", remedy: "save it anew, or remove it")
        case CICodeOutOfMemory:
            throw UserFacingError(
                name, problem: "there is not enough memory to decode it",
                remedy: "make the image smaller, or decode fewer at once")
        default:
            throw UserFacingError(
                name, problem: "is damaged (\(message))", remedy: "fetch or copy the file again, or remove it")
        }
    }

    /// The first bytes in hexadecimal digits, for telling what else a file may be.
    private static func beginning(of bytes: UnsafeRawBufferPointer) -> String {
        bytes.prefix(4).map { ($0 < 16 ? "0" : "") + String($0, radix: 16, uppercase: true) }.joined(separator: " ")
    }
}

/// A whole number with a comma after each three digits, as `178,956,970`.
private func grouped(_ number: Int) -> String {
    let digits = String(number)
    return String(
        digits.enumerated().flatMap { index, digit in
            index > 0 && (digits.count - index) % 3 == 0 ? [",", digit] : [digit]
        })
}
