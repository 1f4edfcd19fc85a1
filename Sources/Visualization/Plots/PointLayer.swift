import Foundation

/// The finite ones of labelled points, and how they are drawn.
struct PointLayer {
    struct Point {
        let x: Double
        let y: Double
        let label: Int
    }

    /// Above this number, the points of a vector picture are pixels inside it.
    static let mostVectorPoints = 5_000

    /// The points that can be drawn, in order.
    let shown: [Point]
    /// The number of points that are not finite.
    let missing: Int

    init(points: [Float], labels: [Int]) {
        shown = labels.indices.compactMap { index in
            let x = Double(points[2 * index])
            let y = Double(points[2 * index + 1])
            return x.isFinite && y.isFinite ? Point(x: x, y: y, label: labels[index]) : nil
        }
        missing = labels.count - shown.count
    }

    /// Opacity of a point among `count`: dense clouds still show where they are densest.
    static func opacity(among count: Int) -> Double {
        min(0.9, max(0.3, 0.9 * pow(300 / Double(max(count, 1)), 0.28)))
    }

    /// Radius of a point among `count`, in the canvas's units.
    static func radius(among count: Int) -> Double {
        min(4, max(1.3, 4 * pow(200 / Double(max(count, 1)), 0.22)))
    }

    /// Draws the points inside the axes' area.
    ///
    /// - Parameters:
    ///   - colors: the color of each class.
    ///   - scale: what the radius is multiplied by, for small panels.
    ///   - pixels: how many pixels a unit has where a vector picture has too many points to be shapes; nil for shapes.
    func draw(_ axes: Axes, colors: [Color], scale: Double = 1, pixels: Double?, on canvas: Canvas) {
        let faint = colors.map { $0.opacity(Self.opacity(among: shown.count)) }
        let radius = Self.radius(among: shown.count) * scale
        func draw(on canvas: Canvas) {
            for point in shown {
                let place = axes.position(x: point.x, y: point.y)
                guard axes.area.insetBy(dx: -radius, dy: -radius).contains(place) else { continue }
                canvas.fillCircle(around: place, radius: radius, faint[point.label])
            }
        }
        if let pixels {
            canvas.rasterised(in: axes.area, scale: pixels) { draw(on: $0) }
        } else {
            canvas.clipped(to: axes.area) { draw(on: canvas) }
        }
    }
}
