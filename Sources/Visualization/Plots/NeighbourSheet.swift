public import Foundation

/// Queries and their nearest neighbours as images: what an embedding holds to be alike.
///
/// Neighbours of the query's class have a blue frame and a tick, others an orange frame and a cross; where the query's class is
/// not known there is neither. Images are scaled to
/// the same square, whole and in their own shape.
public struct NeighbourSheet: ThemedDrawing, Equatable {
    /// The queries with what was found.
    public let rows: [NeighbourRow]
    /// The line at the top; empty for none.
    public var title: String
    /// The line below the title; empty for none.
    public var subtitle: String
    /// The colors of paper and ink.
    public var theme: Theme
    /// Width and height, in units of 1/96 inch; where not all neighbours fit, the first ones are shown.
    public var size: CGSize

    private static let margin = PlotHeader.margin
    private static let gap = 12.0
    private static let queryGap = 28.0
    private static let words = 46.0
    private static let smallest = 52.0
    private static let largest = 96.0

    /// Creates a sheet.
    ///
    /// - Parameters:
    ///   - rows: the queries with what was found, the nearest first.
    ///   - title: the line at the top; empty for none.
    ///   - subtitle: the line below the title; empty for none.
    ///   - theme: the colors of paper and ink.
    ///   - width: in units of 1/96 inch, at least 240; the height is what the rows take.
    /// - Precondition: the width is large enough.
    public init(
        rows: [NeighbourRow], title: String = "", subtitle: String = "", theme: Theme = .light, width: Double = 960
    ) {
        precondition(width >= 240, "NeighbourSheet expected a width of at least 240, got \(width)")
        self.rows = rows
        self.title = title
        self.subtitle = subtitle
        self.theme = theme
        size = .zero
        size = fittedSize(width: width)
    }

    /// The same sheet laid out for `width`, in units of 1/96 inch.
    public func laidOut(width: Double) -> NeighbourSheet {
        var copy = self
        copy.size = fittedSize(width: width)
        return copy
    }

    /// Draws the sheet on `canvas`, from (0, 0) to ``size``.
    public func draw(on canvas: Canvas) {
        canvas.fill(CGRect(origin: .zero, size: size), theme.paper)
        header.draw(width: size.width, on: canvas, theme: theme)
        let (count, side) = columns(width: size.width)
        let left = Self.margin + side + Self.queryGap
        let style = TextStyle(size: 12, color: theme.faintInk)
        let y = header.height + 26
        canvas.text("query", at: CGPoint(x: Self.margin, y: y), style)
        let most = rows.map(\.neighbours.count).max() ?? 0
        let heading = canvas.fitted(
            count < most ? "the nearest \(count) of \(most)" : "nearest first", in: size.width - Self.margin - left,
            style)
        canvas.text(heading, at: CGPoint(x: left, y: y), style)
        drawKey(after: left + canvas.width(of: heading, style) + 20, y: y, on: canvas)
        for (index, row) in rows.enumerated() {
            let top = (header.height + 40 + Double(index) * (side + Self.words)).rounded()
            let query = CGRect(x: Self.margin, y: top, width: side, height: side)
            draw(row.query, [row.className], in: query, frame: theme.frame, width: 1, on: canvas)
            for (place, neighbour) in row.neighbours.prefix(count).enumerated() {
                let square = CGRect(
                    x: left + Double(place) * (side + Self.gap), y: top, width: side, height: side)
                let words = [neighbour.className, NumberText.fixed(neighbour.similarity, digits: 3)]
                guard let isRight = neighbour.isRight else {
                    draw(neighbour.image, words, in: square, frame: theme.frame, width: 1, on: canvas)
                    continue
                }
                draw(neighbour.image, words, in: square, frame: color(isRight), width: 3, on: canvas)
                drawMark(isRight, at: CGPoint(x: square.maxX - 3, y: square.minY + 3), radius: 7.5, on: canvas)
            }
        }
    }

    private var header: PlotHeader { PlotHeader(title: title, subtitle: subtitle) }

    private func color(_ isRight: Bool) -> Color { theme.color(of: isRight ? 0 : 6) }

    /// How many neighbours fit into a width, and the side of their squares.
    private func columns(width: Double) -> (count: Int, side: Double) {
        let room = width - 2 * Self.margin - Self.queryGap + Self.gap
        let most = rows.map(\.neighbours.count).max() ?? 0
        let count = max(1, min(most, Int(room / (Self.smallest + Self.gap)) - 1))
        let side = (room / Double(count + 1) - Self.gap).rounded(.down)
        return (count, min(Self.largest, max(20, side)))
    }

    private func fittedSize(width: Double) -> CGSize {
        let side = columns(width: width).side
        return CGSize(width: width, height: header.height + 40 + max(1, Double(rows.count)) * (side + Self.words) + 12)
    }

    private func draw(
        _ image: SampleImage, _ words: [String], in square: CGRect, frame: Color, width: Double, on canvas: Canvas
    ) {
        canvas.fill(square, theme.grid)
        canvas.draw(image, wholeIn: square)
        canvas.stroke(Path(square.insetBy(dx: -width / 2, dy: -width / 2)), frame, width: width)
        for (line, word) in words.enumerated() {
            let style = TextStyle(size: 11.5, color: line == 0 ? theme.ink : theme.faintInk, alignment: .center)
            let y = square.maxY + 17 + Double(line) * 14
            canvas.text(canvas.fitted(word, in: square.width + 8, style), at: CGPoint(x: square.midX, y: y), style)
        }
    }

    /// What the frames mean, at the right of the headings or, where there is no room, nowhere: the marks tell it too.
    private func drawKey(after start: Double, y: Double, on canvas: Canvas) {
        guard rows.contains(where: { $0.neighbours.contains { $0.isRight != nil } }) else { return }
        let style = TextStyle(size: 12, color: theme.ink)
        let entries = [(true, "same class"), (false, "other class")]
        let widths = entries.map { canvas.width(of: $0.1, style) + 22 }
        var x = size.width - Self.margin - widths.reduce(0, +) - 18
        guard x > start else { return }
        for ((isRight, name), width) in zip(entries, widths) {
            drawMark(isRight, at: CGPoint(x: x + 7, y: y - 4.5), radius: 7, on: canvas)
            canvas.text(name, at: CGPoint(x: x + 20, y: y), style)
            x += width + 18
        }
    }

    private func drawMark(_ isRight: Bool, at center: CGPoint, radius: Double, on canvas: Canvas) {
        canvas.fillCircle(around: center, radius: radius + 1.5, theme.paper)
        canvas.fillCircle(around: center, radius: radius, color(isRight))
        func place(_ x: Double, _ y: Double) -> CGPoint {
            CGPoint(x: center.x + x * radius, y: center.y + y * radius)
        }
        var mark = Path()
        if isRight {
            mark = Path([place(-0.45, 0.02), place(-0.12, 0.38), place(0.48, -0.36)])
        } else {
            for end in [-0.38, 0.38] {
                mark.move(to: place(-0.38, end))
                mark.line(to: place(0.38, -end))
            }
        }
        canvas.stroke(mark, theme.paper, width: 1.9)
    }
}
