import Files
public import Foundation

/// Something that draws itself on a canvas, so that one piece of code serves PNG, SVG and PDF.
public protocol Drawing: Sendable {
    /// Width and height, in units of 1/96 inch; both positive.
    var size: CGSize { get }

    /// Draws on `canvas`, from (0, 0) at the upper left to ``size``.
    func draw(on canvas: Canvas)
}

extension Drawing {
    /// The picture as the bytes of a file; the same drawing gives the same bytes.
    ///
    /// - Throws: `UserFacingError` when the picture is too large or the memory does not suffice.
    public func encoded(as format: ImageFormat) throws -> Data {
        try Canvas.render(size: size, as: format, subject: "picture", draw)
    }

    /// Writes the picture to `path`, in the format that the path's ending names; an old file is replaced only by a whole
    /// new one.
    ///
    /// - Throws: `UserFacingError` that names `path` when the ending is unknown, the folder is missing or not writable,
    ///   or the disk is full.
    public func write(to path: String) throws {
        let format = try ImageFormat(path: path)
        try AtomicFile.write(Canvas.render(size: size, as: format, subject: path, draw), to: path)
    }
}
