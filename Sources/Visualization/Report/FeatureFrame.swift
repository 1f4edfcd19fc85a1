/// The features of one epoch in the plane.
public struct FeatureFrame: Sendable, Equatable {
    /// What the frame is called, such as `epoch 12`.
    public let name: String
    /// What else is said about it, such as `test accuracy 98.9 %`.
    public let note: String
    /// Coordinates `[N, 2]`, row by row; points that are not finite are not shown.
    public let points: [Float]
    /// Coordinates of the classes' centers `[C, 2]`, row by row; empty for none.
    public let centers: [Float]

    /// Creates a frame.
    public init(name: String, note: String = "", points: [Float], centers: [Float] = []) {
        self.name = name
        self.note = note
        self.points = points
        self.centers = centers
    }
}
