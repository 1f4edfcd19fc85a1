import Foundation

/// The parts of the page, each empty where there is nothing to show.
extension Report {
    /// The colors of plots, so that they stand on the page without an edge.
    static var colors: String {
        func variables(_ theme: Theme) -> String {
            [
                ("paper", theme.paper), ("ink", theme.ink), ("faint", theme.faintInk), ("frame", theme.frame),
                ("grid", theme.grid),
            ]
            .map { "--\($0): \($1.hexadecimal);" }.joined(separator: " ")
        }
        return """
            :root { \(variables(.light)) }
            @media (prefers-color-scheme: dark) { :root { \(variables(.dark)) } }
            """
    }

    var aboutText: String {
        about.isEmpty ? "" : "<p class=\"about\">\(HTMLText.escaped(about))</p>"
    }

    var summarySection: String {
        guard !summary.isEmpty else { return "" }
        let entries = summary.map { key, value in
            "<div><dt>\(HTMLText.escaped(key))</dt><dd>\(HTMLText.escaped(value))</dd></div>"
        }
        return
            "<section aria-label=\"Summary\"><dl class=\"summary\">\n\(entries.joined(separator: "\n"))\n</dl></section>"
    }

    func featuresSection() throws -> String {
        guard let features, !features.frames.isEmpty else { return "" }
        return """
            <section id="features">
            <h2>Features</h2>
            <div class="map">
            <div class="stage"><canvas tabindex="0" aria-label="Map of the features"></canvas><div class="tip" hidden></div></div>
            <ul class="legend" aria-label="Classes"></ul>
            </div>
            <div class="controls" hidden><button type="button" class="play">Play</button>
            <input type="range" min="0" value="0" step="1" aria-label="Epoch">
            <label><input type="checkbox"> same scale throughout</label></div>
            <p class="now"></p>
            <p class="hint">Drag to move, wheel or pinch to zoom, double click to see all. A class in the legend stands out when \
            clicked.</p>
            <noscript><p class="hint">The map needs JavaScript; the pictures below do not.</p></noscript>
            <script type="application/json" id="feature-data">\(try FeatureData(features).json())</script>
            <script>
            \(String(decoding: PackageResources.report_js, as: UTF8.self))
            </script>
            </section>
            """
    }

    func curvesSection() throws -> String {
        guard !curves.isEmpty else { return "" }
        let figures = try curves.map { figure in
            let caption = [figure.title, figure.subtitle].filter { !$0.isEmpty }.joined(separator: " · ")
            let sources = try [(true, true), (true, false), (false, true)].map { narrow, dark in
                let media = [narrow ? "(max-width: 560px)" : nil, dark ? "(prefers-color-scheme: dark)" : nil]
                return "<source media=\"\(media.compactMap(\.self).joined(separator: " and "))\" "
                    + "srcset=\"\(try source(figure, isNarrow: narrow, isDark: dark))\">"
            }
            return """
                <figure><picture>
                \(sources.joined(separator: "\n"))
                <img alt="\(HTMLText.escaped(caption))" src="\(try source(figure, isNarrow: false, isDark: false))">
                </picture>\(caption.isEmpty ? "" : "<figcaption>\(HTMLText.escaped(caption))</figcaption>")</figure>
                """
        }
        return "<section id=\"curves\">\n<h2>Curves</h2>\n\(figures.joined(separator: "\n"))\n</section>"
    }

    /// A figure as an address that holds the whole SVG: as an image it shares no identifiers with the page.
    private func source(_ figure: Figure, isNarrow: Bool, isDark: Bool) throws -> String {
        var figure = figure
        figure.title = ""
        figure.subtitle = ""
        figure.theme = isDark ? .dark : .light
        figure.size = CGSize(
            width: isNarrow ? 380 : 840, height: (isNarrow ? 200 : 240) * Double(figure.panels.count) + 50)
        return "data:image/svg+xml;base64," + (try figure.encoded(as: .svg)).base64EncodedString()
    }

    var metricsSection: String {
        guard let metrics, !metrics.rows.isEmpty else { return "" }
        let head = metrics.columns.map { "<th scope=\"col\">\(HTMLText.escaped($0))</th>" }.joined()
        let rows = metrics.texts.map { row in "<tr>" + row.map { "<td>\($0)</td>" }.joined() + "</tr>" }
        return """
            <section id="metrics">
            <h2>Numbers</h2>
            <div class="table" tabindex="0"><table>
            <thead><tr>\(head)</tr></thead>
            <tbody>
            \(rows.joined(separator: "\n"))
            </tbody>
            </table></div>
            </section>
            """
    }

    var gallerySection: String {
        guard !gallery.isEmpty else { return "" }
        let figures = gallery.map { picture in
            let caption = HTMLText.escaped(picture.caption)
            return """
                <figure><img loading="lazy" alt="\(caption)" \
                src="data:image/png;base64,\(picture.png.base64EncodedString())"><figcaption>\(caption)</figcaption></figure>
                """
        }
        return """
            <section id="gallery">
            <h2>Gallery</h2>
            <div class="gallery">
            \(figures.joined(separator: "\n"))
            </div>
            </section>
            """
    }

    var detailsSection: String {
        let parts = [("Recipe", recipe), ("Environment", environment)].filter { !$0.1.isEmpty }
        guard !parts.isEmpty else { return "" }
        let details = parts.map { name, text in
            // The parser drops one line break after <pre>; this one is for it to drop.
            "<details><summary>\(name)</summary><pre>\n\(HTMLText.escaped(text))</pre></details>"
        }
        return "<section id=\"details\">\n\(details.joined(separator: "\n"))\n</section>"
    }
}
