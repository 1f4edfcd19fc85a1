/// Where the eyes, the nose and the mouth of an aligned face stand, and how large its image is.
public enum FaceTemplate: String, CaseIterable, Sendable {
    /// 112 x 112, as ArcFace and most face networks since take it.
    case square = "112x112"
    /// 112 rows of 96 columns, as SphereFace and CosFace take it: the same without 8 columns on each side.
    case narrow = "112x96"

    /// H.
    public var height: Int { 112 }

    /// W.
    public var width: Int { self == .square ? 112 : 96 }

    /// The five points, in pixels from the center of the upper left one, in the order of ``FaceLandmarks``.
    public var points: [SIMD2<Double>] {
        let shift = SIMD2<Double>(self == .square ? 0 : 8, 0)
        return Self.squarePoints.map { $0 - shift }
    }

    // The positions that insightface's aligned faces have had since 2017.
    private static let squarePoints: [SIMD2<Double>] = [
        [38.2946, 51.6963], [73.5318, 51.5014], [56.0252, 71.7366], [41.5493, 92.3655], [70.7299, 92.2041],
    ]
}
