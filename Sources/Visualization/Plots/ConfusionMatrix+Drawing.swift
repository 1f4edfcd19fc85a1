import Foundation

extension ConfusionMatrix {
    private static let margin = PlotHeader.margin
    private static let listWidth = 250.0
    private static let listed = 12
    private static let listHeight = 34 + 20.0 * Double(listed)
    /// Below this width, the list stands below the matrix.
    private static let narrow = 640.0
    private static let scaleHeight = 54.0
    /// Above this number, the cells of a vector picture are pixels inside it.
    private static let mostVectorCells = 5_000

    /// The size in which `classes` classes can be read.
    static func layoutSize(classes: Int, width: Double) -> CGSize {
        let isNarrow = width < narrow
        let names = isNarrow ? 56.0 : 110.0
        let room = width - 2 * margin - names - (isNarrow ? 0 : listWidth + 20)
        let side = max(min(room, Double(classes) * 48), isNarrow ? 180 : listHeight)
        return CGSize(width: width, height: 60 + side + names + 30 + scaleHeight + (isNarrow ? listHeight + 20 : 0))
    }

    /// The same picture laid out for `width`, in units of 1/96 inch.
    public func laidOut(width: Double) -> ConfusionMatrix {
        var copy = self
        copy.size = Self.layoutSize(classes: classNames.count, width: width)
        return copy
    }

    /// The color of a share of a row, from 0 to 1.
    func color(share: Double, isRight: Bool) -> Color {
        let full = isRight ? theme.color(of: 0) : theme.color(of: 6)
        return theme.paper.mixed(with: full, share.squareRoot())
    }

    /// Draws the picture on `canvas`, from (0, 0) to ``size``.
    public func draw(on canvas: Canvas) {
        canvas.fill(CGRect(origin: .zero, size: size), theme.paper)
        let header = PlotHeader(title: title, subtitle: remarks)
        header.draw(width: size.width, on: canvas, theme: theme)
        let isNarrow = size.width < Self.narrow
        let top = header.height + 14
        let most = min(size.width, size.height) / Double(classNames.count)
        let names = ConfusionNames(
            names: classNames, widest: isNarrow ? 72 : 130, mostCell: most, theme: theme, canvas: canvas)
        let left = Self.margin + 18 + names.width
        let below = Self.scaleHeight + 26 + (isNarrow ? Self.listHeight + 16 : 0)
        let right = isNarrow ? Self.margin : Self.margin + Self.listWidth + 20
        let room = min(size.width - left - right, size.height - top - names.width - below - 8)
        // Whole or half units are whole pixels at twice the size: neighbouring cells meet without a seam.
        let exact = room / Double(classNames.count)
        let cell = exact < 2 ? exact : (2 * exact).rounded(.down) / 2
        let side = cell * Double(classNames.count)
        let area = CGRect(x: left.rounded(), y: top.rounded(), width: side, height: side)

        if counts.count(where: { $0 > 0 }) > Self.mostVectorCells {
            canvas.rasterised(in: area, scale: 2) { drawCells(area, cell, on: $0) }
        } else {
            drawCells(area, cell, on: canvas)
        }
        canvas.stroke(Path(area), theme.frame, width: 1)
        let depth = names.draw(beside: area, cell: cell)
        drawTitles(area, depth: depth, on: canvas)
        let scaleTop = area.maxY + depth + 34
        drawScale(at: CGPoint(x: area.minX, y: scaleTop), width: max(side, 170), on: canvas)
        let list =
            isNarrow
            ? CGPoint(x: Self.margin, y: scaleTop + Self.scaleHeight)
            : CGPoint(x: max(area.maxX + 36, area.minX + 200), y: area.minY)
        drawConfusions(at: list, on: canvas)
    }

    /// The subtitle, and how many predictions are right.
    var remarks: String {
        let total = counts.reduce(0, +)
        let right = "\(NumberText.fixed(100 * accuracy, digits: 2)) % of \(NumberText.grouped(total)) right"
        return [subtitle, total == 0 ? "no samples" : right].filter { !$0.isEmpty }.joined(separator: " · ")
    }

    private func drawCells(_ area: CGRect, _ cell: Double, on canvas: Canvas) {
        let classes = classNames.indices
        let style = TextStyle(
            size: min(13, max(7.5, cell * 0.32)), color: theme.ink, alignment: .center, baseline: .middle)
        let widest = canvas.width(of: NumberText.grouped(counts.max() ?? 0), style)
        let hasNumbers = widest <= cell - 3 && cell >= 12
        for label in classes {
            for prediction in classes where count(label, prediction) > 0 {
                let rectangle = CGRect(
                    x: area.minX + Double(prediction) * cell, y: area.minY + Double(label) * cell, width: cell,
                    height: cell)
                let color = color(share: share(label, prediction), isRight: label == prediction)
                canvas.fill(rectangle, color)
                guard hasNumbers else { continue }
                var style = style
                style.color = Self.readable(on: color)
                canvas.text(
                    NumberText.grouped(count(label, prediction)), at: CGPoint(x: rectangle.midX, y: rectangle.midY),
                    style)
            }
        }
        if cell >= 12 {
            for line in classes.dropFirst() {
                let (x, y) = (area.minX + Double(line) * cell, area.minY + Double(line) * cell)
                canvas.stroke(Path([CGPoint(x: x, y: area.minY), CGPoint(x: x, y: area.maxY)]), theme.grid, width: 1)
                canvas.stroke(Path([CGPoint(x: area.minX, y: y), CGPoint(x: area.maxX, y: y)]), theme.grid, width: 1)
            }
        }
    }

    private func drawTitles(_ area: CGRect, depth: Double, on canvas: Canvas) {
        let style = TextStyle(size: 12, color: theme.faintInk, alignment: .center)
        canvas.text("predicted class", at: CGPoint(x: area.midX, y: area.maxY + depth + 20), style)
        let place = CGPoint(x: Self.margin + 8, y: area.midY)
        canvas.rotated(by: -.pi / 2, around: place) { canvas.text("true class", at: place, style) }
    }

    /// What the shades mean.
    private func drawScale(at origin: CGPoint, width: Double, on canvas: Canvas) {
        let width = min(width, 320)
        let style = TextStyle(size: 11, color: theme.faintInk, baseline: .middle)
        let bar = width - 50
        for (line, isRight) in [true, false].enumerated() {
            let y = origin.y + Double(line) * 14
            for step in 0..<Int(bar) {
                let place = (Double(step) + 0.5) / bar
                // The place is the shade, so that the marks stand where the eye compares.
                canvas.fill(
                    CGRect(x: origin.x + Double(step), y: y, width: bar - Double(step), height: 10),
                    color(share: place * place, isRight: isRight))
            }
            canvas.text(isRight ? "right" : "wrong", at: CGPoint(x: origin.x + bar + 8, y: y + 5), style)
        }
        var marks = style
        marks.alignment = .center
        for share in [0.01, 0.1, 0.3, 1] {
            marks.alignment = share == 1 ? .trailing : .center
            let text = "\(NumberText.shortest(100 * share, digits: 0)) %"
            canvas.text(text, at: CGPoint(x: origin.x + share.squareRoot() * bar, y: origin.y + 36), marks)
        }
    }

    private func drawConfusions(at origin: CGPoint, on canvas: Canvas) {
        let confusions = largestConfusions(Self.listed)
        guard !confusions.isEmpty else { return }
        var style = TextStyle(size: 12.5, color: theme.ink, isBold: true)
        canvas.text("Largest confusions", at: CGPoint(x: origin.x, y: origin.y + 11), style)
        style.isBold = false
        style.size = 12
        let room = min(size.width - origin.x - Self.margin, 300)
        let gap = 20.0
        let numbers = confusions.map { confusion in
            let share = NumberText.fixed(100 * share(confusion.label, confusion.prediction), digits: 1)
            return "\(NumberText.grouped(confusion.count)) (\(share) %)"
        }
        let widest = numbers.map { canvas.width(of: $0, style) }.max() ?? 0
        let name = (room - widest - gap - canvas.width(of: " → ", style)) / 2
        let words = confusions.map { confusion in
            [confusion.label, confusion.prediction].map { canvas.fitted(classNames[$0], in: name, style) }
                .joined(separator: " → ")
        }
        let end = origin.x + (words.map { canvas.width(of: $0, style) }.max() ?? 0) + gap + widest
        for (line, (words, number)) in zip(words, numbers).enumerated() {
            let y = origin.y + 34 + Double(line) * 20
            style.alignment = .leading
            style.color = theme.ink
            canvas.text(words, at: CGPoint(x: origin.x, y: y), style)
            style.alignment = .trailing
            style.color = theme.faintInk
            canvas.text(number, at: CGPoint(x: end, y: y), style)
        }
    }

    private static func readable(on color: Color) -> Color {
        color.luminance > 0.3 ? Color(0x1B1F24) : Color(0xFFFFFF)
    }
}
