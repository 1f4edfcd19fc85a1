public import Foundation

/// A picture in a report's gallery.
public struct Picture: Sendable, Equatable {
    /// The line below the picture.
    public let caption: String
    /// The bytes of a PNG file.
    public let png: Data

    /// Creates a picture from the bytes of a PNG file.
    public init(caption: String, png: Data) {
        self.caption = caption
        self.png = png
    }

    /// Creates a picture of `drawing`, `scale` pixels for one of its units.
    ///
    /// - Throws: `UserFacingError` when the picture is too large or the memory does not suffice.
    public init(caption: String, of drawing: some Drawing, scale: Double = 1.5) throws {
        self.init(caption: caption, png: try drawing.encoded(as: .png(scale: scale)))
    }
}
