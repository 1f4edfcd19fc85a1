import Files
import Foundation
import Torch

extension EmbeddingTable {
    private static let fileColumns = ["file", "name"]
    private static let groupColumn = "group"
    private static let indexColumn = "index"

    /// Reads the embeddings that a program has saved.
    ///
    /// - NPY: an array `[N, D]`; classes and files from `labels`, or from `NAME.files.csv` beside it.
    /// - safetensors: the tensor `embeddings` and, where there is one, `labels`; the metadata `files`, `groups` and `classNames`,
    ///   JSON lists of texts.
    /// - CSV: a header; the columns `label`, `group` and `file` or `name` where there are any, `index` is passed over, and all
    ///   others are numbers, read as float32.
    ///
    /// A group that is blank is none.
    ///
    /// - Parameters:
    ///   - path: the file, whose ending tells its form.
    ///   - labels: a file of classes, which count before those of `path`.
    /// - Throws: `UserFacingError` that names the file and the part that is wrong.
    public init(contentsOf path: String, labels: String? = nil) throws {
        let parts: FileParts
        switch URL(fileURLWithPath: path).pathExtension.lowercased() {
        case "npy": parts = try Self.readNPY(path)
        case "safetensors": parts = try Self.readSafetensors(path)
        case "csv": parts = try Self.readCSV(path)
        default:
            throw UserFacingError(
                path, problem: "is no file of saved embeddings",
                remedy: "give one that ends in .npy, .safetensors or .csv")
        }
        let given = try labels.map { try ClassList(contentsOf: $0) }
        try self.init(
            name: path, embeddings: parts.embeddings, classes: given?.classes ?? parts.classes, files: parts.files,
            groups: parts.groups?.map { $0.isEmpty ? nil : $0 }, classSource: labels ?? parts.classSource)
    }

    private struct FileParts {
        var embeddings: Tensor
        var classes: [String]?
        var files: [String]?
        var groups: [String]?
        var classSource: String?
    }

    private static func readNPY(_ path: String) throws -> FileParts {
        var parts = FileParts(embeddings: try NPYFile.read(path))
        let beside = URL(fileURLWithPath: path).deletingPathExtension().relativePath + ".files.csv"
        guard FileManager.default.fileExists(atPath: beside) else { return parts }
        let table = try CSVColumns(contentsOf: beside)
        let count = parts.embeddings.shape.first ?? 0
        guard table.rows.count == count else {
            throw UserFacingError(
                beside, problem: "has \(table.rows.count) rows, \(path) beside it \(count)",
                remedy: "write a row for each embedding, or give one of them another name")
        }
        parts.classes = try table.texts(named: [ClassList.column])
        parts.files = try table.texts(named: fileColumns)
        parts.groups = table.fields(named: groupColumn)
        if parts.classes != nil || parts.files != nil { parts.classSource = beside }
        return parts
    }

    private static func readSafetensors(_ path: String) throws -> FileParts {
        let file = try SafetensorsFile(path: path)
        return FileParts(
            embeddings: try file.tensor("embeddings"), classes: try ClassList.classes(of: file),
            files: try ClassList.texts("files", of: file), groups: try ClassList.texts("groups", of: file))
    }

    private static func readCSV(_ path: String) throws -> FileParts {
        let table = try CSVColumns(contentsOf: path)
        let texts = Set([ClassList.column, groupColumn, indexColumn] + fileColumns)
        let columns = table.header.indices.filter { !texts.contains(table.header[$0]) }
        guard !columns.isEmpty else {
            throw UserFacingError(
                path, field: "line 1", problem: "names no column of numbers",
                remedy: "name one for each, such as x0,x1,x2")
        }
        var numbers: [Float] = []
        numbers.reserveCapacity(columns.count * table.rows.count)
        for row in table.rows {
            for column in columns {
                guard let number = Float(row.fields[column].trimmingCharacters(in: .whitespaces)) else {
                    throw UserFacingError(
                        path, field: "line \(row.line)",
                        problem: "\(table.header[column]) is \"\(row.fields[column])\", expected a number",
                        remedy: "call columns of text file, label or group, and remove others")
                }
                numbers.append(number)
            }
        }
        return FileParts(
            embeddings: Tensor(numbers, shape: [table.rows.count, columns.count]),
            classes: try table.texts(named: [ClassList.column]), files: try table.texts(named: fileColumns),
            groups: table.fields(named: groupColumn))
    }
}
