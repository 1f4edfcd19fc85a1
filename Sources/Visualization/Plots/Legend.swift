import Foundation

/// Names beside their colors, in as many columns as the height asks for.
struct Legend {
    enum Mark { case dot, line }

    let names: [String]
    let colors: [Color]
    let mark: Mark
    let height: Double

    private static let rowHeight = 20.0
    private static let markWidth = 18.0
    private static let columnGap = 14.0
    private static let mostColumns = 3

    private var rows: Int { max(1, Int(height / Self.rowHeight)) }
    private var widestName: Double { names.count > rows ? 92 : 130 }
    private var capacity: Int { rows * Self.mostColumns }

    /// What is written: all names, or as many as fit and how many more there are.
    private var entries: [String] {
        names.count <= capacity
            ? names : names.prefix(capacity - 1) + ["and \(NumberText.grouped(names.count - capacity + 1)) more"]
    }

    private func columnWidths(on canvas: Canvas) -> [Double] {
        let entries = entries
        return stride(from: 0, to: entries.count, by: rows).map { start in
            let names = entries[start..<min(start + rows, entries.count)]
            let widest = names.map { min(canvas.width(of: $0, Self.style(.light)), widestName) }.max() ?? 0
            return Self.markWidth + widest
        }
    }

    func width(on canvas: Canvas) -> Double {
        let widths = columnWidths(on: canvas)
        return widths.reduce(0, +) + Self.columnGap * Double(max(0, widths.count - 1))
    }

    func draw(at origin: CGPoint, on canvas: Canvas, theme: Theme) {
        var style = Self.style(theme)
        style.baseline = .middle
        var x = origin.x
        for (column, width) in columnWidths(on: canvas).enumerated() {
            let start = column * rows
            for index in start..<min(start + rows, entries.count) {
                let y = origin.y + (Double(index - start) + 0.5) * Self.rowHeight
                if index < colors.count, entries.count == names.count || index < entries.count - 1 {
                    drawMark(colors[index], at: CGPoint(x: x, y: y), on: canvas)
                }
                let name = canvas.fitted(entries[index], in: widestName, style)
                canvas.text(name, at: CGPoint(x: x + Self.markWidth, y: y), style)
            }
            x += width + Self.columnGap
        }
    }

    private func drawMark(_ color: Color, at place: CGPoint, on canvas: Canvas) {
        switch mark {
        case .dot: canvas.fillCircle(around: CGPoint(x: place.x + 5, y: place.y), radius: 4.5, color)
        case .line:
            let ends = [CGPoint(x: place.x + 1, y: place.y), CGPoint(x: place.x + 12, y: place.y)]
            canvas.stroke(Path(ends), color, width: 2.5)
        }
    }

    private static func style(_ theme: Theme) -> TextStyle {
        TextStyle(size: 12, color: theme.ink)
    }
}
