public import Foundation

/// Panels of lines below each other over one horizontal axis, such as the loss above and the accuracy below.
public struct Figure: ThemedDrawing, Equatable {
    /// The line at the top.
    public var title: String
    /// The line below the title.
    public var subtitle: String
    /// What the horizontal axis counts, such as `epoch`.
    public var horizontalTitle: String
    /// The panels, from top to bottom.
    public var panels: [LineChart]
    /// The colors of paper and ink.
    public var theme: Theme
    /// Width and height, in units of 1/96 inch.
    public var size: CGSize

    private static let margin = 24.0
    private static let panelHeader = 40.0
    private static let footer = 52.0

    /// Creates a figure.
    ///
    /// - Parameters:
    ///   - title: the line at the top; empty for none.
    ///   - subtitle: the line below the title; empty for none.
    ///   - horizontalTitle: what the horizontal axis counts.
    ///   - panels: the panels, from top to bottom, at least one.
    ///   - theme: the colors of paper and ink.
    ///   - size: width and height, in units of 1/96 inch; without it, 720 wide, and 220 high for each panel.
    public init(
        title: String, subtitle: String = "", horizontalTitle: String = "epoch", panels: [LineChart],
        theme: Theme = .light, size: CGSize? = nil
    ) {
        precondition(!panels.isEmpty, "Figure expected at least one panel, got none")
        self.title = title
        self.subtitle = subtitle
        self.horizontalTitle = horizontalTitle
        self.panels = panels
        self.theme = theme
        self.size = size ?? CGSize(width: 720, height: 110 + 220 * Double(panels.count))
    }

    /// The same figure laid out for `width`, in units of 1/96 inch.
    public func laidOut(width: Double) -> Figure {
        var copy = self
        copy.size = CGSize(width: width, height: (width < 560 ? 200 : 240) * Double(panels.count) + 50 + header.height)
        return copy
    }

    /// Draws the figure on `canvas`, from (0, 0) to ``size``.
    public func draw(on canvas: Canvas) {
        canvas.fill(CGRect(origin: .zero, size: size), theme.paper)
        header.draw(width: size.width, on: canvas, theme: theme)
        let allAxes = axes(on: canvas)
        for (index, (panel, axes)) in zip(panels, allAxes).enumerated() {
            let horizontalTicks = Ticks(
                in: axes.range.x, intervals: max(2, Int(axes.area.width / 60)), areWhole: countsWhole)
            let isLast = index == panels.count - 1
            canvas.clipped(to: axes.area) { drawBands(panel, axes, on: canvas) }
            axes.drawGrid(horizontalTicks, axes.verticalTicks, on: canvas, theme: theme)
            axes.drawLabels(isLast ? horizontalTicks : nil, axes.verticalTicks, on: canvas, theme: theme)
            canvas.clipped(to: axes.area.insetBy(dx: -2, dy: -2)) { draw(panel, axes, on: canvas) }
            let foot = [
                CGPoint(x: axes.area.minX, y: axes.area.maxY), CGPoint(x: axes.area.maxX, y: axes.area.maxY),
            ]
            canvas.stroke(Path(foot), theme.frame, width: 1)
            drawPanelHeader(panel, axes, on: canvas)
            if isLast {
                let style = TextStyle(size: 12, color: theme.faintInk, alignment: .center)
                canvas.text(horizontalTitle, at: CGPoint(x: axes.area.midX, y: axes.area.maxY + 38), style)
            }
        }
    }

    private var header: PlotHeader { PlotHeader(title: title, subtitle: subtitle) }

    private func axes(on canvas: Canvas) -> [Axes] {
        let height = (size.height - header.height - Self.footer) / Double(panels.count)
        func axes(left: Double) -> [Axes] {
            panels.enumerated().map { index, panel in
                let area = CGRect(
                    x: left, y: (header.height + Double(index) * height + Self.panelHeader).rounded(),
                    width: max(40, size.width - left - Self.margin),
                    height: max(30, (height - Self.panelHeader - 6).rounded()))
                return Axes(
                    area: area, range: PlotRange(x: horizontalRange, y: panel.shownRange),
                    verticalScale: panel.isLogarithmic ? .logarithmic : .linear)
            }
        }
        let widest = axes(left: Self.margin + 30).map { Axes.labelWidth($0.verticalTicks, on: canvas) }.max() ?? 0
        return axes(left: (Self.margin + 8 + widest).rounded(.up))
    }

    private var horizontalRange: ClosedRange<Double> {
        let values = panels.flatMap(\.series).flatMap(\.x).filter { abs($0) < 1e300 }
        guard let low = values.min(), let high = values.max() else { return 0...1 }
        return low == high ? (low - 0.5)...(high + 0.5) : low...high
    }

    /// Whether the horizontal axis counts something, such as epochs.
    private var countsWhole: Bool {
        panels.flatMap(\.series).flatMap(\.x).allSatisfy { $0.rounded() == $0 }
    }

    private func drawBands(_ panel: LineChart, _ axes: Axes, on canvas: Canvas) {
        for band in panel.bands {
            let color = theme.color(of: band.colorIndex)
            let left = axes.horizontal(band.range.lowerBound)
            let width = axes.horizontal(band.range.upperBound) - left
            if width > 0 {
                canvas.fill(
                    CGRect(x: left, y: axes.area.minY, width: width, height: axes.area.height), color.opacity(0.13))
            } else {
                let ends = [CGPoint(x: left, y: axes.area.minY), CGPoint(x: left, y: axes.area.maxY)]
                canvas.stroke(Path(ends), color.opacity(0.6), width: 1.2, dashes: [4, 4])
            }
        }
    }

    private func draw(_ panel: LineChart, _ axes: Axes, on canvas: Canvas) {
        for (index, series) in panel.series.enumerated() {
            let color = theme.color(of: series.colorIndex ?? index)
            var path = Path()
            var run: [CGPoint] = []
            func endRun() {
                // A value between two gaps has no line; a dot keeps it visible.
                if run.count == 1 { canvas.fillCircle(around: run[0], radius: 2.5, color) }
                for (position, point) in run.enumerated() where run.count > 1 {
                    position == 0 ? path.move(to: point) : path.line(to: point)
                }
                run = []
            }
            for (x, y) in zip(series.x, series.y) {
                if panel.isDrawable(x, y) { run.append(axes.position(x: x, y: y)) } else { endRun() }
            }
            endRun()
            canvas.stroke(path, color, width: 2)
        }
        if !panel.series.contains(where: { zip($0.x, $0.y).contains { panel.isDrawable($0, $1) } }) {
            let style = TextStyle(size: 13, color: theme.faintInk, alignment: .center, baseline: .middle)
            canvas.text("no values", at: CGPoint(x: axes.area.midX, y: axes.area.midY), style)
        }
    }

    /// The panel's title at the left, and what each color means at the right of the same line.
    private func drawPanelHeader(_ panel: LineChart, _ axes: Axes, on canvas: Canvas) {
        let y = axes.area.minY - 16
        var style = TextStyle(size: 12.5, color: theme.ink, isBold: true, baseline: .middle)
        canvas.text(panel.title, at: CGPoint(x: Self.margin, y: y), style)
        guard panel.hasLegend else { return }
        let titleEnd = Self.margin + canvas.width(of: panel.title, style) + 16
        style.isBold = false
        let room = (axes.area.maxX - titleEnd) / Double(max(1, panel.series.count)) - 34
        var x = axes.area.maxX
        for (index, series) in panel.series.enumerated().reversed() {
            let name = canvas.fitted(series.name, in: max(12, room), style)
            x -= canvas.width(of: name, style)
            canvas.text(name, at: CGPoint(x: x, y: y), style)
            let mark = [CGPoint(x: x - 18, y: y), CGPoint(x: x - 7, y: y)]
            canvas.stroke(Path(mark), theme.color(of: series.colorIndex ?? index), width: 2.5)
            x -= 34
        }
    }
}
