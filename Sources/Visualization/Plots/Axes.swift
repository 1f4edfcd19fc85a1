import Foundation

/// Where the numbers of a plot lie on the canvas, and the lines and ticks that say so.
struct Axes {
    let area: CGRect
    let range: PlotRange
    var isLogarithmic = false

    func position(x: Double, y: Double) -> CGPoint {
        CGPoint(x: horizontal(x), y: vertical(y))
    }

    func horizontal(_ x: Double) -> Double {
        area.minX + (x - range.x.lowerBound) / (range.x.upperBound - range.x.lowerBound) * area.width
    }

    func vertical(_ y: Double) -> Double {
        let fraction =
            isLogarithmic
            ? (log(y) - log(range.y.lowerBound)) / (log(range.y.upperBound) - log(range.y.lowerBound))
            : (y - range.y.lowerBound) / (range.y.upperBound - range.y.lowerBound)
        return area.maxY - fraction * area.height
    }

    var verticalTicks: Ticks {
        let intervals = max(2, Int(area.height / 55))
        return isLogarithmic
            ? Ticks(logarithmicIn: range.y, intervals: intervals) : Ticks(in: range.y, intervals: intervals)
    }

    /// Room for the numbers left of the plot.
    static func labelWidth(_ ticks: Ticks, on canvas: Canvas) -> Double {
        ticks.labels.map { canvas.width(of: $0, style(.light)) }.max() ?? 0
    }

    func drawGrid(_ horizontalTicks: Ticks, _ verticalTicks: Ticks, on canvas: Canvas, theme: Theme) {
        for x in horizontalTicks.values {
            let place = snapped(horizontal(x))
            canvas.stroke(
                Path([CGPoint(x: place, y: area.minY), CGPoint(x: place, y: area.maxY)]), theme.grid, width: 1)
        }
        for y in verticalTicks.values {
            let place = snapped(vertical(y))
            canvas.stroke(
                Path([CGPoint(x: area.minX, y: place), CGPoint(x: area.maxX, y: place)]), theme.grid, width: 1)
        }
    }

    func drawLabels(
        _ horizontalTicks: Ticks?, _ verticalTicks: Ticks, on canvas: Canvas, theme: Theme
    ) {
        if let horizontalTicks {
            var style = Self.style(theme)
            style.alignment = .center
            var end = -Double.infinity
            for (value, label) in zip(horizontalTicks.values, horizontalTicks.labels) {
                let halfWidth = canvas.width(of: label, style) / 2
                // Long numbers in a narrow plot: one that would run into the last is left out.
                guard horizontal(value) - halfWidth > end + 6 else { continue }
                end = horizontal(value) + halfWidth
                canvas.text(label, at: CGPoint(x: horizontal(value), y: area.maxY + 18), style)
            }
        }
        for (value, label) in zip(verticalTicks.values, verticalTicks.labels) {
            var style = Self.style(theme)
            style.alignment = .trailing
            style.baseline = .middle
            canvas.text(label, at: CGPoint(x: area.minX - 8, y: vertical(value)), style)
        }
    }

    private static func style(_ theme: Theme) -> TextStyle {
        TextStyle(size: 11, color: theme.faintInk)
    }

    /// The middle of a pixel, so that thin lines are sharp.
    private func snapped(_ place: Double) -> Double {
        place.rounded(.down) + 0.5
    }
}
