import Foundation

/// The drawings of the page, each in the page's colors and for wide and narrow screens.
extension Report {
    func figuresSection() throws -> String {
        guard !figures.isEmpty else { return "" }
        return """
            <section id="figures">
            <h2>Figures</h2>
            \(try figures.map { try element($0, hasHeading: true) }.joined(separator: "\n"))
            </section>
            """
    }

    func curvesSection() throws -> String {
        guard !curves.isEmpty else { return "" }
        return """
            <section id="curves">
            <h2>Curves</h2>
            \(try curves.map { try element($0, hasHeading: false) }.joined(separator: "\n"))
            </section>
            """
    }

    private func element(_ drawing: any ThemedDrawing, hasHeading: Bool) throws -> String {
        let words = [drawing.title, drawing.subtitle].filter { !$0.isEmpty }
        let sources = try [(true, true), (true, false), (false, true)].map { isNarrow, isDark in
            let media = [isNarrow ? "(max-width: 560px)" : nil, isDark ? "(prefers-color-scheme: dark)" : nil]
            return "<source media=\"\(media.compactMap(\.self).joined(separator: " and "))\" "
                + "srcset=\"\(try source(drawing, isNarrow: isNarrow, isDark: isDark))\">"
        }
        let escaped = words.map(HTMLText.escaped)
        let caption = escaped.isEmpty ? "" : "<figcaption>\(escaped.joined(separator: " · "))</figcaption>"
        let heading =
            escaped.isEmpty
            ? "" : "<figcaption><h3>\(escaped[0])</h3>\(escaped.dropFirst().joined())</figcaption>\n"
        return """
            <figure class="drawn">\(hasHeading ? heading : "")<picture>
            \(sources.joined(separator: "\n"))
            <img alt="\(escaped.joined(separator: " · "))" \
            src="\(try source(drawing, isNarrow: false, isDark: false))">
            </picture>\(hasHeading ? "" : caption)</figure>
            """
    }

    /// A drawing as an address that holds the whole SVG: as an image it shares no identifiers with the page.
    private func source(_ drawing: any ThemedDrawing, isNarrow: Bool, isDark: Bool) throws -> String {
        var drawing = drawing
        drawing.title = ""
        drawing.subtitle = ""
        drawing.theme = isDark ? .dark : .light
        let svg = try drawing.laidOut(width: isNarrow ? 380 : 912).encoded(as: .svg)
        return "data:image/svg+xml;base64," + svg.base64EncodedString()
    }
}
