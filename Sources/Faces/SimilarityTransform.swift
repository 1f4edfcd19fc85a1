/// Turning, scaling and shifting in the plane: `(x, y)` goes to `(a x - b y + u, b x + a y + v)`.
public struct SimilarityTransform: Sendable, Equatable {
    /// The scale times the cosine of the angle.
    public let a: Double
    /// The scale times the sine of the angle.
    public let b: Double
    /// What is added, `(u, v)`.
    public let shift: SIMD2<Double>

    /// Describes a transform.
    public init(a: Double, b: Double, shift: SIMD2<Double>) {
        self.a = a
        self.b = b
        self.shift = shift
    }

    /// The transform that brings points closest to others, in the sum of squared distances.
    ///
    /// Umeyama, "Least-squares estimation of transformation parameters between two point patterns", 1991, eq. 40 to 43; in the
    /// plane the turn that it finds by a singular value decomposition is the argument of one complex number.
    ///
    /// - Parameters:
    ///   - source: points.
    ///   - target: where each of them belongs.
    /// - Returns: nil when a coordinate is not finite, all of the source is one point, or no turn brings it closer than another.
    /// - Precondition: there are as many points as places, and one at least.
    public init?(from source: [SIMD2<Double>], to target: [SIMD2<Double>]) {
        precondition(
            source.count == target.count && !source.isEmpty,
            "SimilarityTransform: expected as many points as places, got \(source.count) and \(target.count)")
        let count = Double(source.count)
        let (center, place) = (source.reduce(.zero, +) / count, target.reduce(.zero, +) / count)
        var (spread, cosine, sine, targetSpread) = (0.0, 0.0, 0.0, 0.0)
        for (point, goal) in zip(source, target) {
            let (p, q) = (point - center, goal - place)
            spread += (p * p).sum()
            targetSpread += (q * q).sum()
            cosine += (p * q).sum()
            sine += p.x * q.y - p.y * q.x
        }
        // What is left of equal points, or of points that cancel, is rounding of the coordinates.
        let size = source.reduce(0) { max($0, abs($1.x), abs($1.y)) }
        guard spread > (1e-9 * size) * (1e-9 * size), spread.isFinite,
            (cosine * cosine + sine * sine).squareRoot() > 1e-9 * (spread * targetSpread).squareRoot()
        else { return nil }
        a = cosine / spread
        b = sine / spread
        shift = place - SIMD2(a * center.x - b * center.y, b * center.x + a * center.y)
    }

    /// How much longer distances become.
    public var scale: Double { (a * a + b * b).squareRoot() }

    /// Where a point goes.
    public func callAsFunction(_ point: SIMD2<Double>) -> SIMD2<Double> {
        SIMD2(a * point.x - b * point.y, b * point.x + a * point.y) + shift
    }

    /// The transform that takes every point back.
    public var inverse: SimilarityTransform {
        let square = a * a + b * b
        let (c, s) = (a / square, -b / square)
        return SimilarityTransform(
            a: c, b: s, shift: -SIMD2(c * shift.x - s * shift.y, s * shift.x + c * shift.y))
    }

    /// `[a, -b, u, b, a, v]`: the two rows of the matrix.
    public var rows: [Double] { [a, -b, shift.x, b, a, shift.y] }
}
