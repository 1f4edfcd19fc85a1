import CCairo
public import Foundation

extension Canvas {
    /// Draws an image into `rectangle`, two pixels a unit: means of its pixels where it shrinks, and even squares where it
    /// grows, so that no viewer blurs it in its own way.
    public func draw(_ image: SampleImage, in rectangle: CGRect) {
        let image = image.resized(
            width: max(1, Int((2 * rectangle.width).rounded())), height: max(1, Int((2 * rectangle.height).rounded())))
        guard
            let surface = try? CairoSurface(
                width: image.width, height: image.height, channels: 3, subject: "image")
        else { return }
        surface.put(image)
        cairo_save(context)
        cairo_translate(context, rectangle.minX, rectangle.minY)
        cairo_scale(context, rectangle.width / Double(image.width), rectangle.height / Double(image.height))
        cairo_set_source_surface(context, surface.pointer, 0, 0)
        cairo_paint(context)
        cairo_restore(context)
    }
    /// Draws an image into the middle of `square`, whole and in its own shape.
    func draw(_ image: SampleImage, wholeIn square: CGRect) {
        let longer = Double(max(image.width, image.height))
        let (across, down) = (
            Double(image.width) / longer * square.width, Double(image.height) / longer * square.height
        )
        draw(image, in: CGRect(x: square.midX - across / 2, y: square.midY - down / 2, width: across, height: down))
    }
}
