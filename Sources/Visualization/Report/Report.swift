import Files
import Foundation

/// A page about a training run, an evaluation or a comparison: a single HTML file that needs no network and may use none.
///
/// It has a summary, an interactive map of the features, figures, tables, curves, the numbers by epoch, a gallery, and the
/// recipe and environment in full. Parts that are empty are left out. Light or dark follows the reader's system.
///
/// All text is escaped. A content security policy in the page forbids the browser every connection and every script and
/// style but the page's own, which it names by their digests.
public struct Report: Sendable {
    /// The headline.
    public var title: String
    /// What it is about, below the headline.
    public var about: String
    /// Facts about the run: what, and how much.
    public var summary: [(String, String)]
    /// Figures such as histograms and matrices; drawn in the page's colors and width, their titles beside them as text.
    public var figures: [any ThemedDrawing]
    /// Tables of metrics.
    public var tables: [ReportTable]
    /// The numbers by epoch.
    public var metrics: MetricsTable?
    /// Curves; drawn in the page's colors, whatever their theme and size.
    public var curves: [Figure]
    /// Pictures, such as the features of chosen epochs.
    public var gallery: [Picture]
    /// The features for the interactive map.
    public var features: FeatureMovie?
    /// The resolved recipe, as it is.
    public var recipe: String
    /// The environment, as it is.
    public var environment: String

    /// Creates a report; everything but the title may be left empty.
    public init(
        title: String, about: String = "", summary: [(String, String)] = [], figures: [any ThemedDrawing] = [],
        tables: [ReportTable] = [], metrics: MetricsTable? = nil, curves: [Figure] = [], gallery: [Picture] = [],
        features: FeatureMovie? = nil, recipe: String = "", environment: String = ""
    ) {
        self.title = title
        self.about = about
        self.summary = summary
        self.figures = figures
        self.tables = tables
        self.metrics = metrics
        self.curves = curves
        self.gallery = gallery
        self.features = features
        self.recipe = recipe
        self.environment = environment
    }

    /// Writes the page to `path`; an old file is replaced only by a whole new one.
    ///
    /// - Throws: `UserFacingError` that names `path` when the folder is missing or not writable, or the disk is full.
    public func write(to path: String) throws {
        try AtomicFile.write(html(), to: path)
    }

    /// The page; the same report gives the same text.
    ///
    /// - Throws: `UserFacingError` when a picture is too large or the memory does not suffice.
    public func html() throws -> String {
        let sections = [
            try featuresSection(), tablesSection, try figuresSection(), try curvesSection(), metricsSection,
            gallerySection, detailsSection,
        ].filter { !$0.isEmpty }
        let style = "\n\(Self.colors)\n\(String(decoding: PackageResources.report_css, as: UTF8.self))\n"
        return """
            <!DOCTYPE html>
            <html lang="en">
            <head>
            <meta charset="utf-8">
            <meta http-equiv="Content-Security-Policy" content="\(Self.policy(style: style))">
            <meta name="viewport" content="width=device-width, initial-scale=1">
            <meta name="color-scheme" content="light dark">
            <title>\(HTMLText.escaped(title))</title>
            <style>\(style)</style>
            </head>
            <body>
            <main>
            <header><h1>\(HTMLText.escaped(title))</h1>\(aboutText)</header>
            \([summarySection, Self.navigation(sections)].filter { !$0.isEmpty }.joined(separator: "\n"))
            \(sections.joined(separator: "\n"))
            </main>
            </body>
            </html>

            """
    }
}
