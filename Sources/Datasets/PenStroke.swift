import Foundation

/// One movement of the pen, as points close to each other in a box of height 1, x to the right and y downwards.
struct PenStroke: Sendable {
    typealias Point = SIMD2<Float>

    let points: [Point]

    /// Straight pieces from point to point, cut short enough to bend under a wobble.
    static func line(_ corners: Point...) -> PenStroke {
        var points = [corners[0]]
        for (start, end) in zip(corners, corners.dropFirst()) {
            let offset = end - start
            let pieces = max(1, Int((offset * offset).sum().squareRoot() / 0.25))
            for piece in 1...pieces { points.append(start + offset * (Float(piece) / Float(pieces))) }
        }
        return PenStroke(points: points)
    }

    /// Part of an ellipse. Degrees count from the right, downwards first; `end` below `start` goes the other way round.
    static func arc(_ x: Float, _ y: Float, _ radiusX: Float, _ radiusY: Float, from start: Float, to end: Float)
        -> PenStroke
    {
        let pieces = max(2, Int(abs(end - start) / 24))
        return PenStroke(
            points: (0...pieces).map { piece in
                let angle = (start + (end - start) * Float(piece) / Float(pieces)) * .pi / 180
                return Point(x + radiusX * cos(angle), y + radiusY * sin(angle))
            })
    }

    /// A quadratic Bézier curve.
    static func curve(_ start: Point, _ control: Point, _ end: Point) -> PenStroke {
        let pieces = 6
        return PenStroke(
            points: (0...pieces).map { piece in
                let t = Float(piece) / Float(pieces)
                let (first, second) = (start + (control - start) * t, control + (end - control) * t)
                return first + (second - first) * t
            })
    }

    /// Both without lifting the pen.
    static func + (first: PenStroke, second: PenStroke) -> PenStroke {
        PenStroke(points: first.points + second.points)
    }
}
