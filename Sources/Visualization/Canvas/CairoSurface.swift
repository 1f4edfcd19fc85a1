import CCairo
import Files
import Foundation

/// A cairo surface that gathers its output in memory.
final class CairoSurface {
    private final class Sink {
        var data = Data()
    }

    let pointer: OpaquePointer
    private let sink = Sink()
    private let subject: String

    private static let append: cairo_write_func_t = { context, bytes, count in
        guard let context, let bytes else { return CAIRO_STATUS_WRITE_ERROR }
        Unmanaged<Sink>.fromOpaque(context).takeUnretainedValue().data.append(bytes, count: Int(count))
        return CAIRO_STATUS_SUCCESS
    }

    init(size: CGSize, format: ImageFormat, subject: String) throws {
        self.subject = subject
        let context = Unmanaged.passUnretained(sink).toOpaque()
        switch format {
        case .png(let scale):
            let width = (size.width * scale).rounded(.up)
            let height = (size.height * scale).rounded(.up)
            guard max(width, height) <= 32_767 else {
                throw UserFacingError(
                    subject, field: "size",
                    problem: "\(Int(width)) x \(Int(height)) pixels are more than 32,767 a side",
                    remedy: "choose a smaller size or scale")
            }
            pointer = cairo_image_surface_create(CAIRO_FORMAT_ARGB32, Int32(width), Int32(height))
            cairo_surface_set_device_scale(pointer, scale, scale)
        case .svg:
            pointer = cairo_svg_surface_create_for_stream(Self.append, context, size.width, size.height)
            cairo_svg_surface_set_document_unit(pointer, CAIRO_SVG_UNIT_PX)
        case .pdf:
            pointer = cairo_pdf_surface_create_for_stream(Self.append, context, size.width * 0.75, size.height * 0.75)
            cairo_surface_set_device_scale(pointer, 0.75, 0.75)
            // Without a date of its own the file would hold the time of day, and no two would be equal.
            cairo_pdf_surface_set_metadata(pointer, CAIRO_PDF_METADATA_CREATE_DATE, "2000-01-01T00:00:00Z")
        }
        try Self.check(cairo_surface_status(pointer), subject: subject)
    }

    /// An 8-bit grey image (one channel) or a color image (three channels) for ``png()``.
    init(width: Int, height: Int, channels: Int, subject: String) throws {
        self.subject = subject
        pointer = cairo_image_surface_create(
            channels == 1 ? CAIRO_FORMAT_A8 : CAIRO_FORMAT_RGB24, Int32(width), Int32(height))
        try Self.check(cairo_surface_status(pointer), subject: subject)
    }

    deinit {
        cairo_surface_destroy(pointer)
    }

    /// Copies an image into a surface of pixels, its upper left corner at `left` and `top`; all of it has to fit.
    ///
    /// A grey surface takes grey images alone.
    func put(_ image: SampleImage, left: Int = 0, top: Int = 0) {
        cairo_surface_flush(pointer)
        let stride = Int(cairo_image_surface_get_stride(pointer))
        let isGrey = cairo_image_surface_get_format(pointer) == CAIRO_FORMAT_A8
        guard let target = cairo_image_surface_get_data(pointer) else { return }
        image.pixels.withUnsafeBytes { (source: UnsafeRawBufferPointer) in
            for y in 0..<image.height {
                let line = target + (top + y) * stride
                for x in 0..<image.width {
                    let start = (y * image.width + x) * image.channels
                    if isGrey {
                        line[left + x] = source[start]
                        continue
                    }
                    let (second, third) = image.channels == 1 ? (start, start) : (start + 1, start + 2)
                    let word = UInt32(source[start]) << 16 | UInt32(source[second]) << 8 | UInt32(source[third])
                    UnsafeMutableRawPointer(line).storeBytes(of: word, toByteOffset: 4 * (left + x), as: UInt32.self)
                }
            }
        }
        cairo_surface_mark_dirty(pointer)
    }

    /// Ends the drawing and gives the file's bytes.
    func finish(as format: ImageFormat) throws -> Data {
        switch format {
        case .png: return try png()
        case .svg:
            try finish()
            return SVGIdentifiers.renumbered(sink.data)
        case .pdf:
            try finish()
            return sink.data
        }
    }

    func png() throws -> Data {
        cairo_surface_flush(pointer)
        try Self.check(cairo_surface_status(pointer), subject: subject)
        let context = Unmanaged.passUnretained(sink).toOpaque()
        try Self.check(cairo_surface_write_to_png_stream(pointer, Self.append, context), subject: subject)
        return sink.data
    }

    private func finish() throws {
        cairo_surface_finish(pointer)
        try Self.check(cairo_surface_status(pointer), subject: subject)
    }

    static func check(_ status: cairo_status_t, subject: String) throws {
        guard status != CAIRO_STATUS_SUCCESS else { return }
        let message = String(cString: cairo_status_to_string(status))
        throw UserFacingError(
            subject, problem: "cannot be drawn: \(message)",
            remedy: status == CAIRO_STATUS_NO_MEMORY || status == CAIRO_STATUS_INVALID_SIZE
                ? "choose a smaller size or scale" : "report this with the command that led to it")
    }
}
