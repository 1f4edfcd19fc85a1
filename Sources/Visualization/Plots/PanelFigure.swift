public import Foundation

/// Several maps of points side by side with one legend: the same samples as different methods place them.
///
/// Each map is fitted to its own points, both axes alike, so that shapes can be compared and sizes not. With more than 5,000
/// points in all, the points of an SVG or PDF are pixels inside it.
public struct PanelFigure: ThemedDrawing, Equatable {
    /// The maps, row by row.
    public let panels: [ScatterPanel]
    /// The name of each class `[C]`.
    public let classNames: [String]
    /// The line at the top; empty for none.
    public var title: String
    /// The line below the title; empty for none.
    public var subtitle: String
    /// The colors of paper and ink.
    public var theme: Theme
    /// Width and height, in units of 1/96 inch.
    public var size: CGSize

    private static let margin = PlotHeader.margin
    private static let gap = 20.0
    private static let panelHeader = 44.0

    /// Creates a figure.
    ///
    /// - Parameters:
    ///   - panels: the maps, at least one.
    ///   - classNames: the name of each class `[C]`.
    ///   - title: the line at the top; empty for none.
    ///   - subtitle: the line below the title; empty for none.
    ///   - theme: the colors of paper and ink.
    ///   - size: width and height, in units of 1/96 inch, at least 240 x 200; without it, 1,000 wide and as high as it takes.
    /// - Precondition: each label has a name.
    public init(
        panels: [ScatterPanel], classNames: [String], title: String = "", subtitle: String = "",
        theme: Theme = .light, size: CGSize? = nil
    ) {
        precondition(!panels.isEmpty, "PanelFigure expected at least one panel, got none")
        let wrong = panels.flatMap(\.labels).first { !classNames.indices.contains($0) }
        precondition(wrong == nil, "PanelFigure expected labels in 0..<\(classNames.count), got \(wrong ?? 0)")
        precondition(
            size.map { $0.width >= 240 && $0.height >= 200 } ?? true,
            "PanelFigure expected a size of at least 240 x 200, got \(size?.width ?? 0) x \(size?.height ?? 0)")
        self.panels = panels
        self.classNames = classNames
        self.title = title
        self.subtitle = subtitle
        self.theme = theme
        self.size = size ?? .zero
        if size == nil { self.size = fittedSize(width: 1000) }
    }

    /// The same figure laid out for `width`, in units of 1/96 inch.
    public func laidOut(width: Double) -> PanelFigure {
        var copy = self
        copy.size = fittedSize(width: width)
        return copy
    }

    /// Draws the figure on `canvas`, from (0, 0) to ``size``.
    public func draw(on canvas: Canvas) {
        canvas.fill(CGRect(origin: .zero, size: size), theme.paper)
        header.draw(width: size.width, on: canvas, theme: theme)
        let colors = classNames.indices.map { theme.color(of: $0) }
        let legend = LegendRow(names: classNames, colors: colors, mark: .dot)
        let width = size.width - 2 * Self.margin
        legend.draw(at: CGPoint(x: Self.margin, y: header.height + 14), width: width, on: canvas, theme: theme)
        let top = header.height + 14 + legend.height(width: width, on: canvas) + 10
        let columns = columns(width: size.width)
        let rows = (panels.count + columns - 1) / columns
        let side = max(
            30,
            min(
                (width - Self.gap * Double(columns - 1)) / Double(columns),
                (size.height - top - Self.margin) / Double(rows) - Self.panelHeader)
        ).rounded(.down)
        // Coarser than in a single map, whose file these would fill several times.
        let isLarge = panels.reduce(0) { $0 + $1.labels.count } > PointLayer.mostVectorPoints
        let pixels = isLarge ? 1.5 : nil
        for (index, panel) in panels.enumerated() {
            let origin = CGPoint(
                x: (Self.margin + Double(index % columns) * (side + Self.gap)).rounded(),
                y: (top + Double(index / columns) * (side + Self.panelHeader)).rounded())
            draw(panel, at: origin, side: side, colors: colors, pixels: pixels, on: canvas)
        }
    }

    private func draw(
        _ panel: ScatterPanel, at origin: CGPoint, side: Double, colors: [Color], pixels: Double?, on canvas: Canvas
    ) {
        let layer = PointLayer(points: panel.points, labels: panel.labels)
        let note = [
            panel.note, layer.missing > 0 ? "\(NumberText.grouped(layer.missing)) not finite, left out" : "",
        ]
        .filter { !$0.isEmpty }.joined(separator: " · ")
        var style = TextStyle(size: 13, color: theme.ink, isBold: true)
        let titlePlace = CGPoint(x: origin.x, y: origin.y + (note.isEmpty ? 32 : 18))
        canvas.text(canvas.fitted(panel.title, in: side, style), at: titlePlace, style)
        style = TextStyle(size: 11.5, color: theme.faintInk)
        canvas.text(canvas.fitted(note, in: side, style), at: CGPoint(x: origin.x, y: origin.y + 34), style)

        let range = PlotRange(covering: [panel.points]) ?? PlotRange(x: -1...1, y: -1...1)
        let area = CGRect(x: origin.x, y: origin.y + Self.panelHeader - 2, width: side, height: side)
        let axes = Axes(area: area, range: range.widened(toAspect: 1))
        let ticks = [axes.range.x, axes.range.y].map { Ticks(in: $0, intervals: 4) }
        axes.drawGrid(ticks[0], ticks[1], on: canvas, theme: theme)
        layer.draw(axes, colors: colors, scale: min(1, max(0.6, side / 420)), pixels: pixels, on: canvas)
        canvas.stroke(Path(area), theme.frame, width: 1)
        if layer.shown.isEmpty {
            let style = TextStyle(size: 12, color: theme.faintInk, alignment: .center, baseline: .middle)
            canvas.text("no points", at: CGPoint(x: area.midX, y: area.midY), style)
        }
    }

    private var header: PlotHeader { PlotHeader(title: title, subtitle: subtitle) }

    /// As many as leave each map about 200 wide, and rows that are full where possible.
    private func columns(width: Double) -> Int {
        let most = max(1, min(panels.count, Int((width - 2 * Self.margin + Self.gap) / 172)))
        let rows = (panels.count + most - 1) / most
        return (panels.count + rows - 1) / rows
    }

    private func fittedSize(width: Double) -> CGSize {
        let columns = columns(width: width)
        let rows = (panels.count + columns - 1) / columns
        let room = width - 2 * Self.margin
        let side = ((room - Self.gap * Double(columns - 1)) / Double(columns)).rounded(.down)
        let legend = LegendRow.roughHeight(of: classNames, width: room)
        return CGSize(
            width: width,
            height: header.height + 24 + legend + Double(rows) * (side + Self.panelHeader) + Self.margin)
    }
}
