/// Five points of a face in an image: the eye on the left of the image, the eye on its right, the tip of the nose, and the
/// corners of the mouth on the left and on the right.
public struct FaceLandmarks: Sendable, Equatable {
    /// The points `[5]`: x to the right and y down, in pixels from the center of the upper left one.
    public let points: [SIMD2<Double>]

    /// Names five points.
    ///
    /// - Precondition: there are five.
    public init(_ points: [SIMD2<Double>]) {
        precondition(points.count == 5, "FaceLandmarks: expected 5 points, got \(points.count)")
        self.points = points
    }

    /// The five points among the 68 of the iBUG marking: each eye is the middle of its corners.
    ///
    /// Points are counted from 0: the corners of the eyes are 36 and 39, 42 and 45, the tip of the nose is 30, the corners of
    /// the mouth are 48 and 54. Sagonas et al., "300 Faces in-the-Wild Challenge", 2013, figure 1.
    ///
    /// - Precondition: there are 68.
    public init(ibug points: [SIMD2<Double>]) {
        precondition(points.count == 68, "FaceLandmarks: expected 68 points, got \(points.count)")
        self.init([
            (points[36] + points[39]) / 2, (points[42] + points[45]) / 2, points[30], points[48], points[54],
        ])
    }
}
