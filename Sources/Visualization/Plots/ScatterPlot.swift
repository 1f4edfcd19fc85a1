public import Foundation

/// A map of points in the plane, colored by class.
///
/// Both axes have the same scale. Points that are not finite are left out and counted in the subtitle.
public struct ScatterPlot: ThemedDrawing {
    /// Coordinates `[N, 2]`, row by row.
    public let points: [Float]
    /// Classes `[N]`, as indices into ``classNames``.
    public let labels: [Int]
    /// The name of each class `[C]`; one that is empty is not written.
    public let classNames: [String]
    /// Coordinates of the classes' centers `[C, 2]`, row by row; empty for none.
    public let centers: [Float]
    /// The line at the top.
    public var title: String
    /// The line below the title, such as `epoch 12, test accuracy 98.9 %`.
    public var subtitle: String
    /// What part of the plane is shown; without it, all of the points.
    public var range: PlotRange?
    /// The colors of paper and ink.
    public var theme: Theme
    /// Width and height, in units of 1/96 inch.
    public var size: CGSize

    /// Creates a map of `points`.
    ///
    /// - Parameters:
    ///   - points: coordinates `[N, 2]`, row by row, in any unit; not finite ones are left out.
    ///   - labels: classes `[N]`, each in `0..<C`.
    ///   - classNames: the name of each class `[C]`; one that is empty is not written.
    ///   - centers: coordinates `[C, 2]`, row by row, drawn as crosses; empty for none.
    ///   - title: the line at the top.
    ///   - subtitle: the line below the title.
    ///   - range: what part of the plane is shown, for instance the same in all epochs; widened so that both axes have
    ///     the same scale.
    ///   - theme: the colors of paper and ink.
    ///   - size: width and height, in units of 1/96 inch, at least 320 x 240.
    /// - Precondition: the counts fit together, and each label has a name.
    public init(
        points: [Float], labels: [Int], classNames: [String], centers: [Float] = [], title: String,
        subtitle: String = "", range: PlotRange? = nil, theme: Theme = .light,
        size: CGSize = CGSize(width: 720, height: 600)
    ) {
        precondition(
            points.count == 2 * labels.count,
            "ScatterPlot expected points [\(labels.count), 2] for \(labels.count) labels, got \(points.count) numbers")
        precondition(
            centers.isEmpty || centers.count == 2 * classNames.count,
            "ScatterPlot expected centers [\(classNames.count), 2], got \(centers.count) numbers")
        let wrong = labels.first { !classNames.indices.contains($0) }
        precondition(
            wrong == nil, "ScatterPlot expected labels in 0..<\(classNames.count), got \(wrong ?? 0)")
        precondition(
            size.width >= 320 && size.height >= 240,
            "ScatterPlot expected a size of at least 320 x 240, got \(size.width) x \(size.height)")
        self.points = points
        self.labels = labels
        self.classNames = classNames
        self.centers = centers
        self.title = title
        self.subtitle = subtitle
        self.range = range
        self.theme = theme
        self.size = size
    }
}
