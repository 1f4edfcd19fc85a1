/// The image files that are read, told apart by their first bytes, never by their names.
public enum ImageFormat: String, Sendable, CaseIterable, Codable {
    /// JPEG: grey, colour, CMYK; baseline and progressive.
    case jpeg
    /// PNG: every colour type, depth and interlacing.
    case png

    /// The name as people write it: `JPEG` or `PNG`.
    public var displayName: String { rawValue.uppercased() }
}
