/// One named line of a chart.
public struct LineSeries: Sendable, Equatable {
    /// The name in the legend.
    public let name: String
    /// Horizontal positions `[N]`, in the order in which the line goes through them.
    public let x: [Double]
    /// Values `[N]`; the line has a gap where one is not finite, or not positive on a logarithmic axis.
    public let y: [Double]
    /// The line's color in the palette; without it, the position of the series in its chart.
    public let colorIndex: Int?

    /// Creates a series.
    ///
    /// - Precondition: `x` and `y` have the same count.
    public init(_ name: String, x: [Double], y: [Double], colorIndex: Int? = nil) {
        precondition(
            x.count == y.count, "LineSeries expected as many x as y, got \(x.count) and \(y.count) for '\(name)'")
        self.name = name
        self.x = x
        self.y = y
        self.colorIndex = colorIndex
    }
}
