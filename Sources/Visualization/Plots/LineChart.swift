/// One panel of a ``Figure``: named lines over a shared horizontal axis.
public struct LineChart: Sendable, Equatable {
    /// What the values are, such as `loss`; written above the panel.
    public var title: String
    /// The lines.
    public var series: [LineSeries]
    /// Whether the vertical axis is logarithmic; values that are not positive are gaps then.
    public var isLogarithmic: Bool
    /// The vertical ends, in the values' unit; without them, all of the values.
    public var range: ClosedRange<Double>?
    /// Stretches of the horizontal axis that are shaded behind the lines.
    public var bands: [LineBand]
    /// Whether the names of the lines stand above the panel; where panels share them, once is enough.
    public var hasLegend: Bool

    /// Creates a panel.
    ///
    /// - Precondition: `range`, if given, is finite and not empty, and positive on a logarithmic axis.
    public init(
        title: String, series: [LineSeries], isLogarithmic: Bool = false, range: ClosedRange<Double>? = nil,
        bands: [LineBand] = [], hasLegend: Bool = true
    ) {
        if let range {
            precondition(
                range.lowerBound.isFinite && range.upperBound.isFinite && range.lowerBound < range.upperBound
                    && (!isLogarithmic || range.lowerBound > 0),
                "LineChart expected a finite range that is not empty (positive on a logarithmic axis), got \(range)")
        }
        self.title = title
        self.series = series
        self.isLogarithmic = isLogarithmic
        self.range = range
        self.bands = bands
        self.hasLegend = hasLegend
    }

    func isDrawable(_ x: Double, _ y: Double) -> Bool {
        // Where differences and quotients of two values stay finite; a loss beyond is as good as infinite.
        abs(x) < 1e300 && abs(y) < 1e300 && (!isLogarithmic || y > 1e-300)
    }

    /// The vertical ends with a margin.
    var shownRange: ClosedRange<Double> {
        if let range { return range }
        let values = series.flatMap { series in
            zip(series.x, series.y).filter { isDrawable($0, $1) }.map(\.1)
        }
        guard let low = values.min(), let high = values.max() else { return isLogarithmic ? 0.1...1 : 0...1 }
        if isLogarithmic { return low == high ? (low / 2)...(high * 2) : (low / 1.15)...(high * 1.15) }
        let margin = low == high ? max(abs(low) * 0.1, 0.5) : (high - low) * 0.05
        return (low - margin)...(high + margin)
    }
}
