import Foundation

/// The title and the line below it, at the top of a plot.
struct PlotHeader {
    static let margin = 24.0

    let title: String
    let subtitle: String

    /// What the lines take; 0 where there are none.
    var height: Double {
        let lines = (title.isEmpty ? 0.0 : 24) + (subtitle.isEmpty ? 0 : 20)
        return lines == 0 ? 0 : 16 + lines
    }

    func draw(width: Double, on canvas: Canvas, theme: Theme) {
        let room = width - 2 * Self.margin
        var style = TextStyle(size: 17, color: theme.ink, isBold: true)
        if !title.isEmpty {
            canvas.text(canvas.fitted(title, in: room, style), at: CGPoint(x: Self.margin, y: 36), style)
        }
        style = TextStyle(size: 12.5, color: theme.faintInk)
        let y = title.isEmpty ? 32.0 : 57
        canvas.text(canvas.fitted(subtitle, in: room, style), at: CGPoint(x: Self.margin, y: y), style)
    }
}
