/// One map of a ``PanelFigure``.
public struct ScatterPanel: Sendable, Equatable {
    /// What the map shows, such as the name of a method.
    public let title: String
    /// What else is said about it, such as its accuracy; empty for nothing.
    public let note: String
    /// Coordinates `[N, 2]`, row by row, in any unit; not finite ones are left out.
    public let points: [Float]
    /// Classes `[N]`, as indices into the figure's names.
    public let labels: [Int]

    /// Creates a map.
    ///
    /// - Precondition: there are two coordinates for each label.
    public init(title: String, note: String = "", points: [Float], labels: [Int]) {
        precondition(
            points.count == 2 * labels.count,
            "ScatterPanel expected points [\(labels.count), 2] for \(labels.count) labels, got \(points.count) numbers")
        self.title = title
        self.note = note
        self.points = points
        self.labels = labels
    }
}
