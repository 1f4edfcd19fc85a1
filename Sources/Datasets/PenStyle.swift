import Foundation
import Randomness

/// How one character is written: its pose, its wobble, its pen and the grain of its paper.
struct PenStyle {
    typealias Point = SIMD2<Float>

    /// Half the width of the line, in pixels.
    let radius: Float

    /// What a fully inked pixel has, in 0...255.
    let ink: Float

    /// Deviation of the grain, in 0...255.
    let grain: Float

    // Where the unit box lands: columns of the affine map and the place of the box's middle.
    private let right: Point
    private let down: Point
    private let middle: Point

    // Control points 3 x 3, moved at random, of a smooth warp of the box: the tensor product of quadratic Bernstein
    // polynomials. Sederberg and Parry, "Free-Form Deformation of Solid Geometric Models", 1986.
    private let warp: [Point]

    init(using generator: inout SeededGenerator) {
        func draw(_ range: ClosedRange<Double>) -> Float { Float(generator.uniform(in: range)) }
        let angle = draw(-15...15) * .pi / 180
        let shear = draw(-0.25...0.25)
        let width = 18 * draw(0.8...1.1)
        let height = 18 * draw(0.85...1.1)
        let (cosine, sine) = (cos(angle), sin(angle))
        right = Point(cosine, sine) * width
        down = Point(cosine * shear - sine, sine * shear + cosine) * height
        let centre = Float(Strokes.imageSize) / 2
        middle = Point(centre + draw(-1.5...1.5), centre + draw(-1.5...1.5))
        radius = draw(0.7...1.6)
        ink = draw(190...255)
        grain = draw(0...12)
        warp = (0..<9).map { _ in Point(Self.wobble(0.07, &generator), Self.wobble(0.07, &generator)) }
    }

    /// A roughly normal number of deviation `deviation` and bounded size: four uniform numbers of 16 bits in one draw.
    static func wobble(_ deviation: Float, _ generator: inout SeededGenerator) -> Float {
        let bits = generator.next()
        let sum = (bits & 0xFFFF) + (bits >> 16 & 0xFFFF) + (bits >> 32 & 0xFFFF) + (bits >> 48)
        // The sum of four uniform numbers in 0...1 has mean 2 and variance 4 / 12.
        return (Float(sum) / 65_535 - 2) * Float(3).squareRoot() * deviation
    }

    /// Where `point` of the unit box comes to lie, in pixels.
    func place(_ point: Point) -> Point {
        let (x, y) = (point.x, point.y)
        let columns = ((1 - x) * (1 - x), 2 * x * (1 - x), x * x)
        let rows = ((1 - y) * (1 - y), 2 * y * (1 - y), y * y)
        let top = warp[0] * columns.0 + warp[1] * columns.1 + warp[2] * columns.2
        let centre = warp[3] * columns.0 + warp[4] * columns.1 + warp[5] * columns.2
        let bottom = warp[6] * columns.0 + warp[7] * columns.1 + warp[8] * columns.2
        let moved = point - 0.5 + top * rows.0 + centre * rows.1 + bottom * rows.2
        return middle + right * moved.x + down * moved.y
    }
}
