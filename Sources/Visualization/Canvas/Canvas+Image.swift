import CCairo
public import Foundation

extension Canvas {
    /// Draws an image into `rectangle`, two pixels a unit: means of its pixels where it shrinks, and even squares where it
    /// grows, so that no viewer blurs it in its own way.
    public func draw(_ image: SampleImage, in rectangle: CGRect) {
        let image = image.resized(
            width: max(1, Int((2 * rectangle.width).rounded())), height: max(1, Int((2 * rectangle.height).rounded())))
        let surface = cairo_image_surface_create(CAIRO_FORMAT_RGB24, Int32(image.width), Int32(image.height))
        defer { cairo_surface_destroy(surface) }
        guard let surface, let target = cairo_image_surface_get_data(surface) else { return }
        cairo_surface_flush(surface)
        let stride = Int(cairo_image_surface_get_stride(surface))
        image.pixels.withUnsafeBytes { source in
            for y in 0..<image.height {
                for x in 0..<image.width {
                    let start = (y * image.width + x) * image.channels
                    let (second, third) = image.channels == 1 ? (start, start) : (start + 1, start + 2)
                    let word = UInt32(source[start]) << 16 | UInt32(source[second]) << 8 | UInt32(source[third])
                    UnsafeMutableRawPointer(target).storeBytes(
                        of: word, toByteOffset: y * stride + 4 * x, as: UInt32.self)
                }
            }
        }
        cairo_surface_mark_dirty(surface)
        cairo_save(context)
        cairo_translate(context, rectangle.minX, rectangle.minY)
        cairo_scale(context, rectangle.width / Double(image.width), rectangle.height / Double(image.height))
        cairo_set_source_surface(context, surface, 0, 0)
        cairo_paint(context)
        cairo_restore(context)
    }
}
