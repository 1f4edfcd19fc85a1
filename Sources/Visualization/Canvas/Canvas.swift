import CCairo
public import Foundation

/// Where drawings are made: the same calls give pixels, SVG or PDF.
///
/// The origin is the upper left, y grows downwards, and one unit is 1/96 inch. A canvas lives only while
/// ``Drawing/draw(on:)`` runs.
public final class Canvas {
    let context: OpaquePointer
    let isVector: Bool

    /// Renders `draw` and gives the bytes of a file in `format`.
    static func render(
        size: CGSize, as format: ImageFormat, subject: String, _ draw: (Canvas) -> Void
    ) throws -> Data {
        precondition(
            size.width >= 1 && size.height >= 1 && size.width.isFinite && size.height.isFinite,
            "Canvas expected a finite size of at least 1 x 1, got \(size.width) x \(size.height)")
        let surface = try CairoSurface(size: size, format: format, subject: subject)
        let isVector = if case .png = format { false } else { true }
        let canvas = Canvas(surface: surface.pointer, isVector: isVector)
        draw(canvas)
        try CairoSurface.check(cairo_status(canvas.context), subject: subject)
        return try surface.finish(as: format)
    }

    init(surface: OpaquePointer, isVector: Bool) {
        context = cairo_create(surface)
        self.isVector = isVector
        cairo_set_line_cap(context, CAIRO_LINE_CAP_ROUND)
        cairo_set_line_join(context, CAIRO_LINE_JOIN_ROUND)
        setFontOptions()
    }

    deinit {
        cairo_destroy(context)
    }

    /// Fills the inside of `path`.
    public func fill(_ path: Path, _ color: Color) {
        add(path)
        use(color)
        cairo_fill(context)
    }

    /// Draws a line of `width` along `path`; `dashes` are the lengths of lines and gaps in turn.
    public func stroke(_ path: Path, _ color: Color, width: Double, dashes: [Double] = []) {
        add(path)
        use(color)
        cairo_set_line_width(context, width)
        cairo_set_dash(context, dashes, Int32(dashes.count), 0)
        cairo_stroke(context)
    }

    /// Fills a rectangle.
    public func fill(_ rectangle: CGRect, _ color: Color) {
        fill(Path(rectangle), color)
    }

    /// Fills a circle.
    public func fillCircle(around center: CGPoint, radius: Double, _ color: Color) {
        use(color)
        cairo_new_sub_path(context)
        cairo_arc(context, center.x, center.y, radius, 0, 2 * .pi)
        cairo_fill(context)
    }

    /// Draws what `body` draws, but only inside `rectangle`.
    public func clipped(to rectangle: CGRect, _ body: () -> Void) {
        cairo_save(context)
        cairo_rectangle(context, rectangle.minX, rectangle.minY, rectangle.width, rectangle.height)
        cairo_clip(context)
        body()
        cairo_restore(context)
    }

    /// Draws what `body` draws turned by `angle` around `center`, in radians, clockwise.
    public func rotated(by angle: Double, around center: CGPoint, _ body: () -> Void) {
        cairo_save(context)
        cairo_translate(context, center.x, center.y)
        cairo_rotate(context, angle)
        cairo_translate(context, -center.x, -center.y)
        body()
        cairo_restore(context)
    }

    /// Draws what `body` draws as one layer of the given opacity, in 0...1: what overlaps inside does not shine through.
    public func group(opacity: Double, _ body: () -> Void) {
        cairo_push_group(context)
        body()
        cairo_pop_group_to_source(context)
        cairo_paint_with_alpha(context, opacity)
    }

    /// Draws what `body` draws inside `rectangle` as pixels, `scale` for one unit, even where the rest is vectors: for
    /// layers of so many shapes that a vector file would be huge and slow.
    public func rasterised(in rectangle: CGRect, scale: Double, _ body: (Canvas) -> Void) {
        guard isVector else { return clipped(to: rectangle) { body(self) } }
        let surface = cairo_image_surface_create(
            CAIRO_FORMAT_ARGB32, Int32((rectangle.width * scale).rounded(.up)),
            Int32((rectangle.height * scale).rounded(.up)))
        defer { cairo_surface_destroy(surface) }
        guard let surface, cairo_surface_status(surface) == CAIRO_STATUS_SUCCESS else {
            // The context takes over the surface's error, which the end of the rendering reports.
            cairo_set_source_surface(context, surface, 0, 0)
            return
        }
        let layer = Canvas(surface: surface, isVector: false)
        cairo_scale(layer.context, scale, scale)
        cairo_translate(layer.context, -rectangle.minX, -rectangle.minY)
        body(layer)
        cairo_surface_flush(surface)
        cairo_save(context)
        cairo_translate(context, rectangle.minX, rectangle.minY)
        cairo_scale(context, 1 / scale, 1 / scale)
        cairo_set_source_surface(context, surface, 0, 0)
        cairo_paint(context)
        cairo_restore(context)
    }

    func use(_ color: Color) {
        cairo_set_source_rgba(context, color.red, color.green, color.blue, color.alpha)
    }

    private func add(_ path: Path) {
        cairo_new_path(context)
        for element in path.elements {
            switch element {
            case .move(let point): cairo_move_to(context, point.x, point.y)
            case .line(let point): cairo_line_to(context, point.x, point.y)
            case .circle(let center, let radius):
                cairo_new_sub_path(context)
                cairo_arc(context, center.x, center.y, radius, 0, 2 * .pi)
                cairo_close_path(context)
            case .close: cairo_close_path(context)
            }
        }
    }
}
