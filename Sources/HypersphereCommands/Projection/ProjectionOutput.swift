import ArgumentParser
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

    /// What the ending of a path asks for.
    enum Format {
        case table, array, picture

        /// - Throws: `ValidationError` that names the endings there are.
        init(_ path: String) throws {
            switch URL(fileURLWithPath: path).pathExtension.lowercased() {
            case "csv": self = .table
            case "npy": self = .array
            case "png", "svg", "pdf": self = .picture
            default:
                throw ValidationError(
                    "--output expects a file that ends in .csv, .npy, .png, .svg or .pdf, got \(path)")
            }
        }
    }

    func write(to path: String) throws {
        switch try Format(path) {
        case .table: try AtomicFile.write(rows, to: path)
        case .array: try NPYFile.write(points.to(.float32), to: path)
        case .picture: try picture.write(to: path)
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
        let classes = table.classes ?? [String](repeating: "", count: table.count)
        let numbering = ClassNumbering(classes)
        return ScatterPlot(
            points: points.to(.float32).array(of: Float.self), labels: numbering.labels(of: classes).map(Int.init),
            classNames: numbering.names, title: facts.title, subtitle: facts.subtitle)
    }
}
