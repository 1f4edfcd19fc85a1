import Foundation

extension ScatterPlot {
    private static let margin = 24.0
    private static let widestName = 120.0

    /// The same map laid out for `width`, in units of 1/96 inch.
    public func laidOut(width: Double) -> ScatterPlot {
        var copy = self
        copy.size = CGSize(width: max(320, width), height: max(300, min(640, width * 0.84)))
        return copy
    }

    /// Draws the map on `canvas`, from (0, 0) to ``size``.
    public func draw(on canvas: Canvas) {
        canvas.fill(CGRect(origin: .zero, size: size), theme.paper)
        let layer = PointLayer(points: points, labels: labels)
        let shown = layer.shown
        let range = range ?? shownRange ?? PlotRange(x: -1...1, y: -1...1)
        let legend = legend(on: canvas)
        let axes = axes(range, legendWidth: legend?.width(on: canvas), on: canvas)
        let horizontalTicks = Ticks(in: axes.range.x, atLeast: Self.tickSpacing(axes))
        let verticalTicks = Ticks(in: axes.range.y, atLeast: Self.tickSpacing(axes))

        let remarks = remarks(missing: layer.missing, outside: shown.count { !contains(axes, $0) })
        PlotHeader(title: title, subtitle: remarks).draw(width: size.width, on: canvas, theme: theme)
        axes.drawGrid(horizontalTicks, verticalTicks, on: canvas, theme: theme)
        axes.drawLabels(horizontalTicks, verticalTicks, on: canvas, theme: theme)
        layer.draw(
            axes, colors: classNames.indices.map { theme.color(of: $0) },
            pixels: shown.count > PointLayer.mostVectorPoints ? 2 : nil, on: canvas)
        canvas.clipped(to: axes.area) { drawCenters(axes, on: canvas) }
        canvas.stroke(Path(axes.area), theme.frame, width: 1)
        drawNames(shown, axes, on: canvas)
        if shown.isEmpty {
            let style = TextStyle(size: 14, color: theme.faintInk, alignment: .center, baseline: .middle)
            canvas.text("no points", at: CGPoint(x: axes.area.midX, y: axes.area.midY), style)
        }
        legend?.draw(at: CGPoint(x: axes.area.maxX + 20, y: axes.area.minY), on: canvas, theme: theme)
    }

    private var shownRange: PlotRange? {
        PlotRange(covering: [points, centers])
    }

    private func contains(_ axes: Axes, _ point: PointLayer.Point) -> Bool {
        axes.range.x.contains(point.x) && axes.range.y.contains(point.y)
    }

    private func legend(on canvas: Canvas) -> Legend? {
        guard classNames.contains(where: { !$0.isEmpty }) else { return nil }
        let legend = Legend(
            names: classNames, colors: classNames.indices.map { theme.color(of: $0) }, mark: .dot,
            height: size.height - top - 48)
        // In a small picture the points matter more.
        return legend.width(on: canvas) < size.width * 0.52 ? legend : nil
    }

    /// The same with and without a subtitle, so that the frames of a series lie over each other.
    private var top: Double { 76 }

    private func axes(_ range: PlotRange, legendWidth: Double?, on canvas: Canvas) -> Axes {
        let right = Self.margin + (legendWidth.map { $0 + 20 } ?? 0)
        // The width of the numbers depends on the ticks, which depend on the area: a second look settles it.
        var left = Self.margin + 30
        var axes: Axes
        var looks = 0
        repeat {
            let area = CGRect(x: left, y: top, width: size.width - left - right, height: size.height - top - 48)
            axes = Axes(area: area, range: range.widened(toAspect: area.width / area.height))
            let ticks = Ticks(in: axes.range.y, atLeast: Self.tickSpacing(axes))
            left = (Self.margin + 8 + Axes.labelWidth(ticks, on: canvas)).rounded(.up)
            looks += 1
        } while looks < 2
        return axes
    }

    /// What 64 units of the canvas are in the points' unit.
    private static func tickSpacing(_ axes: Axes) -> Double {
        (axes.range.x.upperBound - axes.range.x.lowerBound) / axes.area.width * 64
    }

    /// The subtitle, and how many points are not to be seen.
    func remarks(missing: Int, outside: Int) -> String {
        let remarks = [
            subtitle, missing > 0 ? "\(NumberText.grouped(missing)) not finite, left out" : "",
            outside > 0 ? "\(NumberText.grouped(outside)) outside the view" : "",
        ]
        return remarks.filter { !$0.isEmpty }.joined(separator: " · ")
    }

    private func drawCenters(_ axes: Axes, on canvas: Canvas) {
        for index in stride(from: 0, to: centers.count, by: 2) {
            let x = Double(centers[index])
            let y = Double(centers[index + 1])
            guard x.isFinite, y.isFinite else { continue }
            let place = axes.position(x: x, y: y)
            var cross = Path()
            for (dx, dy) in [(-6.0, -6.0), (-6, 6)] {
                cross.move(to: CGPoint(x: place.x + dx, y: place.y + dy))
                cross.line(to: CGPoint(x: place.x - dx, y: place.y - dy))
            }
            canvas.stroke(cross, Color(0x000000), width: 5.5)
            canvas.stroke(cross, theme.color(of: index / 2).mixed(with: Color(0xFFFFFF), 0.25), width: 2.5)
        }
    }

    /// Writes each class's name at its median, moved up or down where a center or another name stands already.
    private func drawNames(_ shown: [PointLayer.Point], _ axes: Axes, on canvas: Canvas) {
        var members = [[PointLayer.Point]](repeating: [], count: classNames.count)
        for point in shown { members[point.label].append(point) }
        var taken = stride(from: 0, to: centers.count, by: 2).map { index in
            let place = axes.position(x: Double(centers[index]), y: Double(centers[index + 1]))
            return CGRect(x: place.x - 7, y: place.y - 7, width: 14, height: 14)
        }
        for (index, members) in members.enumerated() where !members.isEmpty && !classNames[index].isEmpty {
            let middle = axes.position(x: median(members.map(\.x)), y: median(members.map(\.y)))
            guard axes.area.contains(middle) else { continue }
            let style = TextStyle(
                size: 13, color: theme.color(of: index).mixed(with: theme.ink, 0.45), isBold: true,
                alignment: .center, baseline: .middle, halo: theme.paper.opacity(0.85))
            let name = canvas.fitted(classNames[index], in: Self.widestName, style)
            // Many names would hide the points, and those that are cut say nothing.
            guard classNames.count <= 12 || (classNames.count <= 40 && name == classNames[index]) else { continue }
            let box = CGSize(width: canvas.width(of: name, style) + 6, height: 17)
            let inner = axes.area.insetBy(dx: box.width / 2 + 2, dy: box.height / 2 + 2)
            // A class of few points would vanish below its own name.
            for lines in (members.count < 4 ? [-1, 1, -2, 2] : [0, -1, -1.3, 1, -2, 2]) as [CGFloat] {
                let x = min(max(middle.x, inner.minX), inner.maxX)
                let y = min(max(middle.y + lines * box.height, inner.minY), inner.maxY)
                let frame = CGRect(
                    origin: CGPoint(x: x - box.width / 2, y: y - box.height / 2), size: box)
                guard !taken.contains(where: { $0.intersects(frame) }) else { continue }
                taken.append(frame)
                canvas.text(name, at: CGPoint(x: x, y: y), style)
                break
            }
        }
    }

    private func median(_ values: [Double]) -> Double {
        let sorted = values.sorted()
        let middle = sorted.count / 2
        return sorted.count.isMultiple(of: 2) ? (sorted[middle - 1] + sorted[middle]) / 2 : sorted[middle]
    }
}
