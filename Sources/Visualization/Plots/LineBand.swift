/// A stretch of a chart's horizontal axis that is shaded behind the lines.
public struct LineBand: Sendable, Equatable {
    /// From where to where; a single place is a dashed line.
    public let range: ClosedRange<Double>
    /// The color's place in the palette.
    public let colorIndex: Int

    /// Creates a band.
    public init(_ range: ClosedRange<Double>, colorIndex: Int) {
        self.range = range
        self.colorIndex = colorIndex
    }
}
