import Foundation

/// Names beside their colors, side by side in as many lines as the width asks for.
struct LegendRow {
    enum Mark { case dot, line, box }

    static let lineHeight = 20.0

    let names: [String]
    let colors: [Color]
    let mark: Mark

    private static let markWidth = 18.0
    private static let gap = 18.0
    private static let mostNames = 60

    /// Where each name stands relative to the upper left: lines and horizontal places.
    private func places(width: Double, on canvas: Canvas) -> [(name: String, x: Double, line: Int)] {
        let style = Self.style(.light)
        let shown =
            names.count <= Self.mostNames
            ? names
            : names.prefix(Self.mostNames - 1)
                + ["and \(NumberText.grouped(names.count - Self.mostNames + 1)) more"]
        var x = 0.0
        var line = 0
        return shown.map { name in
            let name = canvas.fitted(name, in: max(24, min(320, width - Self.markWidth)), style)
            let taken = Self.markWidth + canvas.width(of: name, style)
            if x > 0 && x + taken > width {
                x = 0
                line += 1
            }
            defer { x += taken + Self.gap }
            return (name, x, line)
        }
    }

    /// What all lines take, guessed before there is a canvas to measure on.
    static func roughHeight(of names: [String], width: Double) -> Double {
        let taken = names.prefix(mostNames).reduce(0) {
            $0 + min(markWidth + 7.2 * Double($1.count), width) + gap
        }
        return (taken / width).rounded(.up) * lineHeight
    }

    /// What all lines take.
    func height(width: Double, on canvas: Canvas) -> Double {
        Double((places(width: width, on: canvas).last?.line ?? -1) + 1) * Self.lineHeight
    }

    func draw(at origin: CGPoint, width: Double, on canvas: Canvas, theme: Theme) {
        for (index, (name, x, line)) in places(width: width, on: canvas).enumerated() {
            let place = CGPoint(x: origin.x + x, y: origin.y + (Double(line) + 0.5) * Self.lineHeight)
            if names.count <= Self.mostNames || index < Self.mostNames - 1 {
                drawMark(colors[index], at: place, on: canvas)
            }
            canvas.text(name, at: CGPoint(x: place.x + Self.markWidth, y: place.y), Self.style(theme))
        }
    }

    private func drawMark(_ color: Color, at place: CGPoint, on canvas: Canvas) {
        switch mark {
        case .dot: canvas.fillCircle(around: CGPoint(x: place.x + 5, y: place.y), radius: 4.5, color)
        case .box: canvas.fill(CGRect(x: place.x, y: place.y - 5.5, width: 11, height: 11), color)
        case .line:
            let ends = [CGPoint(x: place.x + 1, y: place.y), CGPoint(x: place.x + 12, y: place.y)]
            canvas.stroke(Path(ends), color, width: 2.5)
        }
    }

    private static func style(_ theme: Theme) -> TextStyle {
        TextStyle(size: 12, color: theme.ink, baseline: .middle)
    }
}
