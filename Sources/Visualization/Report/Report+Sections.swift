import Foundation

/// The parts of the page, each empty where there is nothing to show.
extension Report {
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
            <section id="features" aria-label="Features">
            <h2>Features</h2>
            <div class="map">
            <div class="stage"><canvas tabindex="0" aria-label="Map of the features"></canvas><div class="tip" hidden></div></div>
            <ul class="legend" aria-label="Classes"></ul>
            </div>
            <div class="controls" hidden><button type="button" class="play">Play</button>
            <input type="range" min="0" value="0" step="1" aria-label="Epoch">
            <label><input type="checkbox"> same scale throughout</label></div>
            <p class="now"></p>
            <p class="hint">Drag to move, wheel or pinch to zoom, double click to see all; on the keyboard arrows, + and −, 0. A \
            class in the legend stands out when chosen.</p>
            <noscript><p class="hint">The map needs JavaScript\(hasPictures ? "; the pictures below do not" : "").</p></noscript>
            <script type="application/json" id="feature-data">\(try FeatureData(features).json())</script>
            <script>\(Self.script)</script>
            </section>
            """
    }

    private var hasPictures: Bool { !figures.isEmpty || !curves.isEmpty || !gallery.isEmpty }

    var tablesSection: String {
        let tables = tables.filter { !$0.rows.isEmpty }.map { table in
            func row(_ cells: [String], _ kind: String) -> String {
                "<tr>" + cells.map { "<\(kind)>\(HTMLText.escaped($0))</\(kind.prefix(2))>" }.joined() + "</tr>"
            }
            return """
                \(table.title.isEmpty ? "" : "<h3>\(HTMLText.escaped(table.title))</h3>")
                <div class="table" tabindex="0"><table class="words">
                \(table.note.isEmpty ? "" : "<caption>\(HTMLText.escaped(table.note))</caption>")
                <thead>\(row(table.columns, "th scope=\"col\""))</thead>
                <tbody>
                \(table.rows.map { row($0, "td") }.joined(separator: "\n"))
                </tbody>
                </table></div>
                """
        }
        guard !tables.isEmpty else { return "" }
        return "<section id=\"tables\">\n<h2>Tables</h2>\n\(tables.joined(separator: "\n"))\n</section>"
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
