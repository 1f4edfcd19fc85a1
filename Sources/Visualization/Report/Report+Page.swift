import Crypto
import Foundation

/// What holds the page together.
extension Report {
    static var script: String { String(decoding: PackageResources.report_js, as: UTF8.self) }

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

    /// What the browser may do with the page: show pictures that are in it, and use this style and the page's script.
    static func policy(style: String) -> String {
        func digest(_ text: String) -> String {
            "'sha256-\(Data(SHA256.hash(data: Data(text.utf8))).base64EncodedString())'"
        }
        return "default-src 'none'; img-src data:; style-src \(digest(style)); script-src \(digest(script)); "
            + "base-uri 'none'; form-action 'none'"
    }

    /// Links to the sections; none where there are few.
    static func navigation(_ sections: [String]) -> String {
        let names = [
            ("features", "Features"), ("tables", "Tables"), ("figures", "Figures"), ("curves", "Curves"),
            ("metrics", "Numbers"), ("gallery", "Gallery"), ("details", "Recipe"),
        ]
        let shown = names.filter { name in sections.contains { $0.hasPrefix("<section id=\"\(name.0)\"") } }
        guard shown.count > 2 else { return "" }
        let links = shown.map { "<a href=\"#\($0.0)\">\($0.1)</a>" }
        return "<nav aria-label=\"Sections\">\(links.joined(separator: " "))</nav>"
    }
}
