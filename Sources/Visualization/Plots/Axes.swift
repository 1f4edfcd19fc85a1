import Foundation

/// Where the numbers of a plot lie on the canvas, and the lines and ticks that say so.
struct Axes {
    let area: CGRect
    let range: PlotRange
    var horizontalScale = AxisScale.linear
    var verticalScale = AxisScale.linear

    func position(x: Double, y: Double) -> CGPoint {
        CGPoint(x: horizontal(x), y: vertical(y))
    }

    func horizontal(_ x: Double) -> Double {
        area.minX + Self.fraction(x, of: range.x, horizontalScale) * area.width
    }

    func vertical(_ y: Double) -> Double {
        area.maxY - Self.fraction(y, of: range.y, verticalScale) * area.height
    }

    private static func fraction(_ value: Double, of range: ClosedRange<Double>, _ scale: AxisScale) -> Double {
        let (low, high) = (scale.transformed(range.lowerBound), scale.transformed(range.upperBound))
        return (scale.transformed(value) - low) / (high - low)
    }

    var horizontalTicks: Ticks {
        horizontalScale.ticks(in: range.x, intervals: max(2, Int(area.width / 60)))
    }

    var verticalTicks: Ticks {
        verticalScale.ticks(in: range.y, intervals: max(2, Int(area.height / 55)))
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
        var style = Self.style(theme)
        style.alignment = .trailing
        style.baseline = .middle
        var last = Double.infinity
        for (value, label) in zip(verticalTicks.values, verticalTicks.labels) {
            guard vertical(value) < last - 13 else { continue }
            last = vertical(value)
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
