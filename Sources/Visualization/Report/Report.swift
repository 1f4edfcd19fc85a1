import Files
import Foundation

/// A page about one training run: a single HTML file that needs no network.
///
/// It has a summary, an interactive map of the features, curves, the numbers by epoch, a gallery, and the recipe and
/// environment in full. Parts that are empty are left out. Light or dark follows the reader's system.
public struct Report: Sendable {
    /// The headline.
    public var title: String
    /// What it is about, below the headline.
    public var about: String
    /// Facts about the run: what, and how much.
    public var summary: [(String, String)]
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
        title: String, about: String = "", summary: [(String, String)] = [], metrics: MetricsTable? = nil,
        curves: [Figure] = [],
        gallery: [Picture] = [], features: FeatureMovie? = nil, recipe: String = "", environment: String = ""
    ) {
        self.title = title
        self.about = about
        self.summary = summary
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
            summarySection, try featuresSection(), try curvesSection(), metricsSection, gallerySection,
            detailsSection,
        ]
        return """
            <!DOCTYPE html>
            <html lang="en">
            <head>
            <meta charset="utf-8">
            <meta name="viewport" content="width=device-width, initial-scale=1">
            <meta name="color-scheme" content="light dark">
            <title>\(HTMLText.escaped(title))</title>
            <style>
            \(Self.colors)
            \(String(decoding: PackageResources.report_css, as: UTF8.self))
            </style>
            </head>
            <body>
            <main>
            <header><h1>\(HTMLText.escaped(title))</h1>\(aboutText)</header>
            \(sections.filter { !$0.isEmpty }.joined(separator: "\n"))
            </main>
            </body>
            </html>

            """
    }
}
