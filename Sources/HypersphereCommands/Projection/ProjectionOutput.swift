import ArgumentParser
import Files
import Foundation
import Torch
import Visualization

/// Points in the plane on their way to a file.
struct ProjectionOutput {
    let points: Tensor
    let source: ProjectionSource
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
        case .table: try AtomicFile.write(table, to: path)
        case .array: try NPYFile.write(points.to(.float32), to: path)
        case .picture: try picture.write(to: path)
        }
    }

    /// Columns file, label, x and y; what is not known stays empty.
    private var table: String {
        let values = points.to(.float32).array(of: Float.self)
        let rows = (0..<points.size(0)).map { row in
            let label = source.labels.map { $0.names[$0.indices[row]] } ?? ""
            let cells = [source.files?[row] ?? "", label].map(Self.quoted)
            return (cells + ["\(values[2 * row])", "\(values[2 * row + 1])"]).joined(separator: ",") + "\n"
        }
        return "file,label,x,y\n" + rows.joined()
    }

    private static func quoted(_ cell: String) -> String {
        cell.contains { ",\"\r\n".contains($0) } ? "\"\(cell.replacing("\"", with: "\"\""))\"" : cell
    }

    private var picture: ScatterPlot {
        let labels = source.labels
        return ScatterPlot(
            points: points.to(.float32).array(of: Float.self),
            labels: labels?.indices ?? [Int](repeating: 0, count: points.size(0)),
            classNames: labels?.names ?? [""], title: facts.title, subtitle: facts.subtitle)
    }
}
