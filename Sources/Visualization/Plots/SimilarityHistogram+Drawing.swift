import Foundation

extension SimilarityHistogram {
    private static let margin = PlotHeader.margin

    /// The colors of pairs of one class and of different classes: blue and orange, which all readers tell apart.
    static func colors(_ theme: Theme) -> (same: Color, different: Color) {
        (theme.color(of: 0), theme.color(of: 6))
    }

    /// The same picture laid out for `width`, in units of 1/96 inch.
    public func laidOut(width: Double) -> SimilarityHistogram {
        var copy = self
        copy.size = CGSize(width: width, height: width < 560 ? 330 : 360)
        return copy
    }

    /// Draws the picture on `canvas`, from (0, 0) to ``size``.
    public func draw(on canvas: Canvas) {
        canvas.fill(CGRect(origin: .zero, size: size), theme.paper)
        let header = PlotHeader(title: title, subtitle: subtitle)
        header.draw(width: size.width, on: canvas, theme: theme)
        let colors = Self.colors(theme)
        let kinds = [(different, colors.different), (same, colors.same)]
        let legend = LegendRow(
            names: [
                "same class, \(NumberText.grouped(same.reduce(0, +))) pairs",
                "different classes, \(NumberText.grouped(different.reduce(0, +))) pairs",
            ], colors: [colors.same, colors.different], mark: .box)
        let width = size.width - 2 * Self.margin
        legend.draw(at: CGPoint(x: Self.margin, y: header.height + 14), width: width, on: canvas, theme: theme)
        let axes = axes(top: header.height + 14 + legend.height(width: width, on: canvas) + 32, on: canvas)

        axes.drawGrid(axes.horizontalTicks, axes.verticalTicks, on: canvas, theme: theme)
        axes.drawLabels(axes.horizontalTicks, axes.verticalTicks, on: canvas, theme: theme)
        let outlines = kinds.map { counts, color in (outline(density(of: counts), axes), color) }
        canvas.clipped(to: axes.area) {
            for (outline, color) in outlines where !outline.isEmpty {
                canvas.fill(Path(outline, closed: true), color.opacity(theme.isDark ? 0.38 : 0.3))
            }
            for (outline, color) in outlines where !outline.isEmpty { canvas.stroke(Path(outline), color, width: 1.6) }
        }
        let foot = [CGPoint(x: axes.area.minX, y: axes.area.maxY), CGPoint(x: axes.area.maxX, y: axes.area.maxY)]
        canvas.stroke(Path(foot), theme.frame, width: 1)
        drawTitles(axes, on: canvas)
        drawThreshold(axes, on: canvas)
    }

    private func drawTitles(_ axes: Axes, on canvas: Canvas) {
        var style = TextStyle(size: 12, color: theme.faintInk)
        canvas.text("density", at: CGPoint(x: Self.margin, y: axes.area.minY - 9), style)
        style.alignment = .center
        canvas.text(horizontalTitle, at: CGPoint(x: axes.area.midX, y: axes.area.maxY + 38), style)
        if (same + different).allSatisfy({ $0 == 0 }) {
            style = TextStyle(size: 13, color: theme.faintInk, alignment: .center, baseline: .middle)
            canvas.text("no pairs", at: CGPoint(x: axes.area.midX, y: axes.area.midY), style)
        }
    }

    private func drawThreshold(_ axes: Axes, on canvas: Canvas) {
        guard let threshold, axes.range.x.contains(threshold) else { return }
        let x = axes.horizontal(threshold)
        let ends = [CGPoint(x: x, y: axes.area.minY - 20), CGPoint(x: x, y: axes.area.maxY)]
        canvas.stroke(Path(ends), theme.ink, width: 1.4, dashes: [5, 4])
        var style = TextStyle(size: 12, color: theme.ink, isBold: true, baseline: .alphabetic)
        let text = "threshold \(NumberText.shortest(threshold, digits: 4))"
        let fits = x + 8 + canvas.width(of: text, style) <= size.width - Self.margin
        style.alignment = fits ? .leading : .trailing
        canvas.text(text, at: CGPoint(x: fits ? x + 8 : x - 8, y: axes.area.minY - 9), style)
    }

    private func axes(top: Double, on canvas: Canvas) -> Axes {
        let densities = (density(of: same) + density(of: different)).filter { $0 > 0 }
        let highest = densities.max() ?? 1
        let vertical =
            isLogarithmic ? ((densities.min() ?? 0.1) / 2)...(highest * 1.6) : 0...(highest * 1.06)
        func axes(left: Double) -> Axes {
            let area = CGRect(
                x: left, y: top.rounded(), width: size.width - left - Self.margin,
                height: max(40, (size.height - top - 52).rounded()))
            return Axes(
                area: area, range: PlotRange(x: shownRange, y: vertical),
                verticalScale: isLogarithmic ? .logarithmic : .linear)
        }
        let widest = Axes.labelWidth(axes(left: Self.margin + 30).verticalTicks, on: canvas)
        return axes(left: (Self.margin + 8 + widest).rounded(.up))
    }

    /// The bins that hold anything, with some room, and the threshold.
    private var shownRange: ClosedRange<Double> {
        let filled = same.indices.filter { same[$0] + different[$0] > 0 }
        guard let first = filled.first, let last = filled.last else { return range }
        // At least some bins beside a single filled one, so that it looks like one.
        let span = Double(last - first + 1)
        let pad = max(1, span * 0.03, (10 - span) / 2) * binWidth
        var low = max(range.lowerBound, range.lowerBound + Double(first) * binWidth - pad)
        var high = min(range.upperBound, range.lowerBound + Double(last + 1) * binWidth + pad)
        if let threshold, range.contains(threshold) {
            low = min(low, max(range.lowerBound, threshold - pad))
            high = max(high, min(range.upperBound, threshold + pad))
        }
        return low...high
    }

    /// The steps over the bins, from the foot of the first to the foot of the last.
    private func outline(_ density: [Double], _ axes: Axes) -> [CGPoint] {
        guard let first = density.firstIndex(where: { $0 > 0 }), let last = density.lastIndex(where: { $0 > 0 }) else {
            return []
        }
        // Below the area, so that the clip hides the foot's line.
        let foot = axes.area.maxY + 2
        func x(_ bin: Int) -> Double { axes.horizontal(range.lowerBound + Double(bin) * binWidth) }
        var points = [CGPoint(x: x(first), y: foot)]
        for bin in first...last {
            let y = density[bin] > 0 ? axes.vertical(density[bin]) : foot
            points.append(CGPoint(x: x(bin), y: y))
            points.append(CGPoint(x: x(bin + 1), y: y))
        }
        return points + [CGPoint(x: x(last + 1), y: foot)]
    }
}
