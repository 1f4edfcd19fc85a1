public import Foundation

/// Images side by side with a word below each, to be looked at together.
public struct ContactSheet: ThemedDrawing, Equatable {
    /// An image and the word below it.
    public struct Cell: Sendable, Equatable {
        /// The image, scaled to the sheet's squares in its own shape.
        public let image: SampleImage
        /// The word below it, cut short where it is too long.
        public let name: String

        /// Names an image.
        public init(_ image: SampleImage, name: String) {
            self.image = image
            self.name = name
        }
    }

    /// The images, row after row.
    public let cells: [Cell]
    /// The line at the top; empty for none.
    public var title: String
    /// The line below the title; empty for none.
    public var subtitle: String
    /// The colors of paper and ink.
    public var theme: Theme
    /// Width and height, in units of 1/96 inch.
    public private(set) var size: CGSize

    private static let margin = PlotHeader.margin
    private static let gap = 10.0
    private static let smallest = 84.0
    private static let words = 26.0

    /// Creates a sheet.
    ///
    /// - Parameters:
    ///   - cells: the images, row after row.
    ///   - title: the line at the top; empty for none.
    ///   - subtitle: the line below the title; empty for none.
    ///   - theme: the colors of paper and ink.
    ///   - width: in units of 1/96 inch, at least 240; the height is what the rows take.
    /// - Precondition: the width is large enough.
    public init(
        cells: [Cell], title: String = "", subtitle: String = "", theme: Theme = .light, width: Double = 960
    ) {
        precondition(width >= 240, "ContactSheet expected a width of at least 240, got \(width)")
        self.cells = cells
        self.title = title
        self.subtitle = subtitle
        self.theme = theme
        size = .zero
        size = fittedSize(width: width)
    }

    /// The same sheet laid out for `width`, in units of 1/96 inch.
    public func laidOut(width: Double) -> ContactSheet {
        var copy = self
        copy.size = fittedSize(width: width)
        return copy
    }

    /// Draws the sheet on `canvas`, from (0, 0) to ``size``.
    public func draw(on canvas: Canvas) {
        canvas.fill(CGRect(origin: .zero, size: size), theme.paper)
        header.draw(width: size.width, on: canvas, theme: theme)
        let (columns, side) = columns(width: size.width)
        let style = TextStyle(size: 11, color: theme.faintInk, alignment: .center)
        for (index, cell) in cells.enumerated() {
            let square = CGRect(
                x: Self.margin + Double(index % columns) * (side + Self.gap),
                y: top + Double(index / columns) * (side + Self.words), width: side, height: side)
            canvas.draw(cell.image, wholeIn: square)
            canvas.text(
                canvas.fitted(cell.name, in: square.width, style), at: CGPoint(x: square.midX, y: square.maxY + 15),
                style)
        }
    }

    private var header: PlotHeader { PlotHeader(title: title, subtitle: subtitle) }

    private var top: Double { header.height + Self.margin }

    /// How many images stand side by side, and the side of their squares, which fill the width.
    private func columns(width: Double) -> (count: Int, side: Double) {
        let room = width - 2 * Self.margin + Self.gap
        let count = max(1, Int(room / (Self.smallest + Self.gap)))
        return (count, (room / Double(count) - Self.gap).rounded(.down))
    }

    private func fittedSize(width: Double) -> CGSize {
        let (columns, side) = columns(width: width)
        let rows = (max(1, cells.count) - 1) / columns + 1
        return CGSize(width: width, height: top + Double(rows) * (side + Self.words) + 12)
    }
}
