import Files
import Foundation
import Torch

/// The classes of some rows, as a file tells them.
struct ClassList {
    /// What CSV files call the column.
    static let column = "label"

    let classes: [String]

    /// Reads whole numbers of an NPY file, the labels of a safetensors file, the column `label` of a CSV file, or one class a
    /// line of any other.
    ///
    /// - Throws: `UserFacingError` that names the file and the part that is wrong.
    init(contentsOf path: String) throws {
        switch URL(fileURLWithPath: path).pathExtension.lowercased() {
        case "npy": classes = try Self.numbers(NPYFile.read(path), path: path).map { "\($0)" }
        case "safetensors":
            guard let found = try Self.classes(of: SafetensorsFile(path: path)) else {
                throw UserFacingError(
                    path, field: "labels", problem: "there is no tensor of this name",
                    remedy: "save the labels as int64")
            }
            classes = found
        case "csv":
            guard let found = try CSVColumns(contentsOf: path).texts(named: [Self.column]) else {
                throw UserFacingError(
                    path, field: "line 1", problem: "there is no column \(Self.column)",
                    remedy: "name the column of classes so")
            }
            classes = found
        default:
            let lines = try InputFile.text(path).split(omittingEmptySubsequences: false, whereSeparator: \.isNewline)
                .map { $0.trimmingCharacters(in: .whitespaces) }
            classes = lines.last == "" ? lines.dropLast() : lines
            if let blank = classes.firstIndex(of: "") {
                throw UserFacingError(
                    path, field: "line \(blank + 1)", problem: "is blank", remedy: "write one class a line")
            }
        }
    }

    /// The classes that the labels of a file name; nil where it has none.
    static func classes(of file: SafetensorsFile) throws -> [String]? {
        guard file.entries["labels"] != nil else { return nil }
        let labels = try numbers(file.tensor("labels"), path: file.path)
        guard let names = try texts("classNames", of: file) else { return labels.map { "\($0)" } }
        return try labels.enumerated().map { row, label in
            guard let index = Int(exactly: label), names.indices.contains(index) else {
                throw UserFacingError(
                    file.path, field: "labels[\(row)]", problem: "is \(label), there are \(names.count) class names",
                    remedy: "number the classes from 0 in the order of their names")
            }
            return names[index]
        }
    }

    /// A JSON list of texts of a file's metadata; nil where there is none.
    static func texts(_ key: String, of file: SafetensorsFile) throws -> [String]? {
        guard let json = file.metadata[key] else { return nil }
        guard let texts = try? JSONDecoder().decode([String].self, from: Data(json.utf8)) else {
            throw UserFacingError(
                file.path, field: "metadata \(key)", problem: "is no JSON list of texts",
                remedy: "write it as [\"a\", \"b\"], or leave it out")
        }
        return texts
    }

    private static func numbers(_ tensor: Tensor, path: String) throws -> [Int64] {
        guard tensor.rank == 1, !tensor.dtype.isFloatingPoint else {
            throw UserFacingError(
                path, field: "labels", problem: "are \(tensor.signature), expected whole numbers [N]",
                remedy: "save them as int64, one for each embedding")
        }
        return tensor.to(.int64).array()
    }
}
