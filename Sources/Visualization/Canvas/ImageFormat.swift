import Files
import Foundation

/// The kinds of picture that a drawing can be written as.
public enum ImageFormat: Sendable, Equatable {
    /// Pixels; `scale` is the number of pixels for one unit of the drawing.
    case png(scale: Double)
    /// Scalable Vector Graphics, text as outlines.
    case svg
    /// Portable Document Format, one page.
    case pdf

    /// The format that the ending of `path` names; `.png` has two pixels a unit.
    ///
    /// - Throws: `UserFacingError` when the ending is none of `.png`, `.svg` and `.pdf`.
    public init(path: String) throws {
        switch URL(fileURLWithPath: path).pathExtension.lowercased() {
        case "png": self = .png(scale: 2)
        case "svg": self = .svg
        case "pdf": self = .pdf
        case let ending:
            throw UserFacingError(
                path, problem: ending.isEmpty ? "has no ending" : "'.\(ending)' is no picture format known here",
                remedy: "end the name in .png, .svg or .pdf")
        }
    }
}
