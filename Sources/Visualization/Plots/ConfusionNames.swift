import Foundation

/// The names of classes beside and below the cells of a ``ConfusionMatrix``.
struct ConfusionNames {
    let names: [String]
    let width: Double
    private let fitted: [String]
    private let theme: Theme
    private let canvas: Canvas

    private static let largest = 12.0
    private static let smallest = 6.5

    /// - Parameters:
    ///   - widest: the room for a name.
    ///   - mostCell: what the side of a cell will not exceed.
    init(names: [String], widest: Double, mostCell: Double, theme: Theme, canvas: Canvas) {
        self.names = names
        self.theme = theme
        self.canvas = canvas
        let style = TextStyle(size: Self.letters(mostCell), color: theme.ink)
        fitted = names.map { canvas.fitted($0, in: widest, style) }
        width = (fitted.map { canvas.width(of: $0, style) }.max() ?? 0) + 8
    }

    /// The height of letters beside cells of a side.
    private static func letters(_ cell: Double) -> Double { min(largest, max(smallest, cell * 0.92)) }

    /// Draws the names of rows left of `area` and those of columns below it; gives the depth that the latter take.
    func draw(beside area: CGRect, cell: Double) -> Double {
        var style = TextStyle(size: Self.letters(cell), color: theme.ink)
        style.baseline = .middle
        // Where rows are lower than the smallest letters, every second or third name stands for its neighbours.
        let every = max(1, Int((Self.smallest / cell).rounded(.up)))
        let widest = fitted.map { canvas.width(of: $0, style) }.max() ?? 0
        let isUpright = widest <= cell - 4
        for index in stride(from: 0, to: names.count, by: every) {
            let middle = (Double(index) + 0.5) * cell
            style.alignment = .trailing
            canvas.text(fitted[index], at: CGPoint(x: area.minX - 7, y: area.minY + middle), style)
            if isUpright {
                style.alignment = .center
                canvas.text(fitted[index], at: CGPoint(x: area.minX + middle, y: area.maxY + 13), style)
            } else {
                let place = CGPoint(x: area.minX + middle, y: area.maxY + 7)
                canvas.rotated(by: -.pi / 2, around: place) { canvas.text(fitted[index], at: place, style) }
            }
        }
        return isUpright ? 20 : widest + 8
    }
}
