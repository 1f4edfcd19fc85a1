import ArgumentParser
import Datasets
import Evaluation
import Files
import Foundation
import Torch
import Visualization

/// Points in the plane on their way to a file.
struct ProjectionOutput {
    let points: Tensor
    let table: EmbeddingTable
    let facts: ProjectionFacts
    /// The folder below which the table's files lie, whose images a page shows; nil for none.
    let images: String?

    /// What the ending of a path asks for.
    enum Format {
        case table, array, picture, page

        /// - Throws: `ValidationError` that names the endings there are.
        init(_ path: String) throws {
            switch URL(fileURLWithPath: path).pathExtension.lowercased() {
            case "csv": self = .table
            case "npy": self = .array
            case "png", "svg", "pdf": self = .picture
            case "html": self = .page
            default:
                throw ValidationError(
                    "--output expects a file that ends in .csv, .npy, .png, .svg, .pdf or .html, got \(path)")
            }
        }
    }

    func write(to path: String) throws {
        switch try Format(path) {
        case .table: try AtomicFile.write(rows, to: path)
        case .array: try NPYFile.write(points.to(.float32), to: path)
        case .picture: try picture.write(to: path)
        case .page: try page().write(to: path)
        }
    }

    /// Columns file, label, x and y; what is not known stays empty.
    private var rows: String {
        let values = points.to(.float32).array(of: Float.self)
        let rows = (0..<points.size(0)).map { row in
            CSVTable.line([
                table.files?[row] ?? "", table.classes?[row] ?? "", "\(values[2 * row])", "\(values[2 * row + 1])",
            ])
        }
        return CSVTable.line(["file", "label", "x", "y"]) + rows.joined()
    }

    private var picture: ScatterPlot {
        let (labels, names) = classes
        return ScatterPlot(
            points: points.to(.float32).array(of: Float.self), labels: labels, classNames: names, title: facts.title,
            subtitle: facts.subtitle)
    }

    /// The interactive map, with the images where they are known.
    ///
    /// - Throws: `UserFacingError` that names an image that cannot be used.
    private func page() throws -> Report {
        let (labels, names) = classes
        let values = points.to(.float32).array(of: Float.self)
        let shown = FeatureMovie.shownSamples(of: table.count)
        let movie = FeatureMovie(
            classNames: names, labels: shown.map { labels[$0] },
            frames: [
                FeatureFrame(name: facts.settings.method.name, points: shown.flatMap { values[2 * $0...2 * $0 + 1] })
            ],
            sampleNumbers: shown, sampleNames: table.files.map { files in shown.map { files[$0] } },
            thumbnails: try thumbnails(shown))
        return Report(title: facts.title, about: facts.subtitle, features: movie)
    }

    private func thumbnails(_ rows: [Int]) throws -> Thumbnails? {
        guard let images, let files = table.files else { return nil }
        let root = URL(fileURLWithPath: images, isDirectory: true)
        let decoder = ImageDecoder()
        let side = 40
        let pictures = try rows.map { row in
            try SampleImage(decoder.decode(URL(fileURLWithPath: files[row], relativeTo: root).path)).shrunk(toFit: side)
        }
        return Thumbnails(of: pictures, side: side)
    }

    /// The class of each row as an index into their names; one without a name where classes are not known.
    private var classes: (labels: [Int], names: [String]) {
        let classes = table.classes ?? [String](repeating: "", count: table.count)
        let numbering = ClassNumbering(classes)
        return (numbering.labels(of: classes).map(Int.init), numbering.names)
    }
}
