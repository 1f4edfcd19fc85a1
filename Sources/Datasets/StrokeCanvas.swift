import Randomness

/// Draws lines of a round pen with smooth edges: each pixel knows how far it is from the nearest line.
struct StrokeCanvas {
    typealias Point = SIMD2<Float>

    static let size = Strokes.imageSize
    static let pixelCount = size * size

    private var squaredDistances = [Float](repeating: .infinity, count: pixelCount)

    mutating func clear() {
        for pixel in squaredDistances.indices { squaredDistances[pixel] = .infinity }
    }

    /// Writes `stroke`, set down a little beside where it belongs.
    mutating func add(_ stroke: PenStroke, style: borrowing PenStyle, using generator: inout SeededGenerator) {
        let slip = Point(PenStyle.wobble(0.012, &generator), PenStyle.wobble(0.012, &generator))
        var start = style.place(stroke.points[0] + slip)
        for point in stroke.points.dropFirst() {
            let end = style.place(point + slip)
            addSegment(from: start, to: end, reach: style.radius + 0.5)
            start = end
        }
    }

    private mutating func addSegment(from start: Point, to end: Point, reach: Float) {
        let offset = end - start
        let lengthSquared = (offset * offset).sum()
        // Pixel centres lie at whole numbers plus a half.
        let columns = Self.pixels(min(start.x, end.x) - reach, max(start.x, end.x) + reach)
        let rows = Self.pixels(min(start.y, end.y) - reach, max(start.y, end.y) + reach)
        let scale = lengthSquared > 0 ? 1 / lengthSquared : 0
        squaredDistances.withUnsafeMutableBufferPointer { distances in
            for row in rows {
                let y = Float(row) + 0.5 - start.y
                for column in columns {
                    let x = Float(column) + 0.5 - start.x
                    let along = min(max((x * offset.x + y * offset.y) * scale, 0), 1)
                    let (dx, dy) = (x - along * offset.x, y - along * offset.y)
                    let pixel = row * Self.size + column
                    distances[pixel] = min(distances[pixel], dx * dx + dy * dy)
                }
            }
        }
    }

    private static func pixels(_ low: Float, _ high: Float) -> Range<Int> {
        let first = min(max(Int(low), 0), size)
        return first..<max(first, min(Int(high) + 1, size))
    }

    /// Turns distances into ink and grain, `[28, 28]`, each value in 0...255.
    func develop(
        _ style: borrowing PenStyle, using generator: inout SeededGenerator,
        into pixels: UnsafeMutableBufferPointer<UInt8>
    ) {
        // The sum of two uniform numbers in 0...255 has mean 255 and variance 2 x (256 x 256 - 1) / 12.
        let grain = style.grain / Float(2 * 65_535 / 12).squareRoot()
        let edge = style.radius + 0.5
        var bits: UInt64 = 0
        for pixel in 0..<Self.pixelCount {
            if pixel % 4 == 0 { bits = generator.next() }
            let noise = Float(Int(bits & 255) + Int(bits >> 8 & 255) - 255) * grain
            bits >>= 16
            let coverage = min(max(edge - squaredDistances[pixel].squareRoot(), 0), 1)
            pixels[pixel] = UInt8(min(max(coverage * style.ink + noise, 0), 255))
        }
    }
}
