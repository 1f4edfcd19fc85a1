import ArgumentParser
import Datasets
import Evaluation
import Files
import Foundation
import Terminal
import Torch
import Visualization

/// Points in the plane on their way to a file.
struct ProjectionOutput {
    let points: Tensor
    let table: EmbeddingTable
    let facts: ProjectionFacts
    /// The images that a page shows; nil for none.
    let thumbnails: Thumbnails?

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
        case .page: try page.write(to: path)
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
        let (labels, names) = classes(of: Array(0..<table.count))
        return ScatterPlot(
            points: points.to(.float32).array(of: Float.self), labels: labels, classNames: names, title: facts.title,
            subtitle: facts.subtitle)
    }

    /// The interactive map, with the images where they are known.
    private var page: Report {
        let values = points.to(.float32).array(of: Float.self)
        let shown = FeatureMovie.shownSamples(of: table.count)
        let (labels, names) = classes(of: shown)
        let movie = FeatureMovie(
            classNames: names, labels: labels,
            frames: [
                FeatureFrame(name: facts.settings.method.name, points: shown.flatMap { values[2 * $0...2 * $0 + 1] })
            ],
            sampleNumbers: shown, sampleNames: table.files.map { files in shown.map { files[$0] } },
            thumbnails: thumbnails, total: table.count)
        return Report(title: facts.title, about: facts.subtitle, features: movie)
    }

    /// The images of the rows that a page shows.
    ///
    /// - Parameters:
    ///   - table: the embeddings, which name their files.
    ///   - folder: what the files lie below.
    ///   - quiet: whether no progress is shown.
    /// - Throws: `UserFacingError` that names an image that cannot be used.
    static func thumbnails(of table: EmbeddingTable, in folder: String, quiet: Bool) throws -> Thumbnails {
        let files = table.files ?? []
        let root = URL(fileURLWithPath: folder, isDirectory: true)
        let decoder = ImageDecoder()
        let side = 40
        let rows = FeatureMovie.shownSamples(of: files.count)
        let bar = quiet ? nil : ProgressBar(label: "images", total: rows.count)
        defer { bar?.finish() }
        let pictures = try rows.enumerated().map { done, row in
            bar?.update(done: done)
            let path = URL(fileURLWithPath: files[row], relativeTo: root).path
            return try SampleImage(decoder.decode(path)).shrunk(toFit: side)
        }
        return Thumbnails(of: pictures, side: side)
    }

    /// The class of each of `rows` as an index into their names; one without a name where classes are not known.
    private func classes(of rows: [Int]) -> (labels: [Int], names: [String]) {
        let classes = rows.map { table.classes?[$0] ?? "" }
        let numbering = ClassNumbering(classes)
        return (numbering.labels(of: classes).map(Int.init), numbering.names)
    }
}
