import Foundation

extension CurvePlot {
    private static let margin = PlotHeader.margin

    /// The same plot laid out for `width`, in units of 1/96 inch.
    public func laidOut(width: Double) -> CurvePlot {
        var copy = self
        let side = min(width, kind == .logarithmicReceiverOperating ? 380 : 540)
        let legend = LegendRow.roughHeight(of: legendNames, width: width - 2 * Self.margin)
        copy.size = CGSize(width: width, height: side + legend + header.height + 50)
        return copy
    }

    /// Draws the plot on `canvas`, from (0, 0) to ``size``.
    public func draw(on canvas: Canvas) {
        canvas.fill(CGRect(origin: .zero, size: size), theme.paper)
        header.draw(width: size.width, on: canvas, theme: theme)
        let colors = curves.enumerated().map { theme.color(of: $1.colorIndex ?? $0) }
        let legend = LegendRow(names: legendNames, colors: colors, mark: .line)
        let width = size.width - 2 * Self.margin
        legend.draw(at: CGPoint(x: Self.margin, y: header.height + 14), width: width, on: canvas, theme: theme)
        let axes = axes(top: header.height + 14 + legend.height(width: width, on: canvas) + 32, on: canvas)
        axes.drawGrid(axes.horizontalTicks, axes.verticalTicks, on: canvas, theme: theme)
        axes.drawLabels(axes.horizontalTicks, axes.verticalTicks, on: canvas, theme: theme)
        canvas.clipped(to: axes.area) { drawDiagonals(axes, on: canvas) }
        canvas.stroke(Path(axes.area), theme.frame, width: 1)
        // Rates of 0 and 1 lie on the edges of the other kinds, and lines along them are drawn whole.
        let room: CGFloat = kind == .detectionErrorTradeoff ? 0 : -2
        canvas.clipped(to: axes.area.insetBy(dx: room, dy: room)) {
            for (curve, color) in zip(curves, colors) {
                canvas.stroke(Path(places(of: curve, axes)), color, width: 2)
            }
        }
        for (curve, color) in zip(curves, colors) { drawEqualErrors(curve, color, axes, on: canvas) }
        drawTitles(axes, on: canvas)
    }

    private var header: PlotHeader { PlotHeader(title: title, subtitle: subtitle) }

    private var legendNames: [String] {
        curves.map { curve in
            let rate = NumberText.fixed(100 * curve.equalErrorRate, digits: 2)
            return curve.name.isEmpty ? "EER \(rate) %" : "\(curve.name), EER \(rate) %"
        }
    }

    private func axes(top: Double, on canvas: Canvas) -> Axes {
        let (range, scales) = (range, scales)
        func axes(left: Double) -> Axes {
            var area = CGRect(
                x: left, y: top.rounded(), width: size.width - left - Self.margin,
                height: max(60, (size.height - top - 56).rounded()))
            if kind != .logarithmicReceiverOperating {
                area.size.width = min(area.width, area.height)
                area.size.height = area.width
            }
            return Axes(
                area: area, range: range, horizontalScale: scales.horizontal, verticalScale: scales.vertical)
        }
        let widest = Axes.labelWidth(axes(left: Self.margin + 30).verticalTicks, on: canvas)
        return axes(left: (Self.margin + 8 + widest).rounded(.up))
    }

    /// Where a curve goes through; neighbours that look the same are left out, since millions of pairs give millions of them.
    func places(of curve: RateCurve, _ axes: Axes) -> [CGPoint] {
        var places: [CGPoint] = []
        let values = values(curve)
        for (index, value) in values.enumerated() {
            // Zero and one have no place on two of the axes: they go far beyond the edge.
            let x = axes.horizontalScale == .linear ? value.x : min(max(value.x, 1e-12), 1 - 1e-12)
            let y = axes.verticalScale == .linear ? value.y : min(max(value.y, 1e-12), 1 - 1e-12)
            let place = axes.position(x: x, y: y)
            let isNear = places.last.map { abs($0.x - place.x) + abs($0.y - place.y) < 0.4 } ?? false
            if !isNear || index == values.count - 1 { places.append(place) }
        }
        return places
    }

    private func drawEqualErrors(_ curve: RateCurve, _ color: Color, _ axes: Axes, on canvas: Canvas) {
        let rate = curve.equalErrorRate
        let y = kind == .detectionErrorTradeoff ? rate : 1 - rate
        guard axes.range.x.contains(rate), axes.range.y.contains(y) else { return }
        let place = axes.position(x: rate, y: y)
        canvas.fillCircle(around: place, radius: 4.5, color)
        canvas.fillCircle(around: place, radius: 2.5, theme.paper)
    }

    /// Where both errors are equal, and what guessing comes to.
    private func drawDiagonals(_ axes: Axes, on canvas: Canvas) {
        func stroke(_ y: (Double) -> Double) {
            let (low, high) = (axes.range.x.lowerBound, axes.range.x.upperBound)
            let rates = (0...100).map { step in
                let fraction = Double(step) / 100
                return kind == .logarithmicReceiverOperating
                    ? low * pow(high / low, fraction) : low + (high - low) * fraction
            }
            let places = rates.map { axes.position(x: $0, y: y($0)) }
            canvas.stroke(Path(places), theme.frame, width: 1.2, dashes: [5, 5])
        }
        if kind == .detectionErrorTradeoff { return stroke { $0 } }
        stroke { $0 }
        stroke { 1 - $0 }
    }

    private func drawTitles(_ axes: Axes, on canvas: Canvas) {
        let isTradeoff = kind == .detectionErrorTradeoff
        var style = TextStyle(size: 12, color: theme.faintInk)
        let vertical = isTradeoff ? "false reject rate, %" : "true accept rate"
        canvas.text(vertical, at: CGPoint(x: Self.margin, y: axes.area.minY - 11), style)
        style.alignment = .center
        let horizontal = isTradeoff ? "false accept rate, %" : "false accept rate"
        canvas.text(horizontal, at: CGPoint(x: axes.area.midX, y: axes.area.maxY + 38), style)
        style = TextStyle(size: 11, color: theme.faintInk, alignment: .center, halo: theme.paper)
        if kind == .receiverOperating {
            canvas.text("guessing", at: axes.position(x: 0.72, y: 0.66), style)
            canvas.text("equal errors", at: axes.position(x: 0.62, y: 0.3), style)
        }
        if curves.isEmpty {
            style.baseline = .middle
            canvas.text("no curves", at: CGPoint(x: axes.area.midX, y: axes.area.midY), style)
        }
    }
}
