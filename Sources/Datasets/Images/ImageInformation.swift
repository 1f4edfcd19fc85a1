/// What an image file says before its pixels.
public struct ImageInformation: Sendable, Equatable {
    /// The format, by the file's first bytes.
    public let format: ImageFormat

    /// Rows of the upright image.
    public let height: Int

    /// Columns of the upright image.
    public let width: Int

    /// Stored channels: 1 grey, 2 grey and alpha, 3 colour, 4 colour and alpha (PNG) or CMYK (JPEG).
    public let components: Int

    /// How the camera was held: EXIF's tag 0x0112, 1 (upright) to 8; 1 where there is none.
    public let orientation: Int
}
