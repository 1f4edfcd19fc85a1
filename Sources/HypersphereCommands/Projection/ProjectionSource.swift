import Datasets
import Files
import Foundation
import Torch

/// Saved embeddings, with what is known of each.
struct ProjectionSource {
    /// A class for each embedding.
    struct Labels {
        /// Indices into `names`, `[N]`.
        let indices: [Int]
        let names: [String]

        /// Classes by number, each called by its name where there is one; those without embeddings are left out.
        init(_ numbers: [Int64], classNames: [String]? = nil) {
            let classes = Set(numbers).sorted()
            let places = Dictionary(uniqueKeysWithValues: classes.enumerated().map { ($1, $0) })
            indices = numbers.compactMap { places[$0] }
            names = classes.map { number in
                guard let classNames, (0..<Int64(classNames.count)).contains(number) else { return "\(number)" }
                return classNames[Int(number)]
            }
        }

        /// Classes by name, in the order of their names, or of their numbers where all are numbers.
        init(_ texts: [String]) {
            let numbers = texts.compactMap { Int64($0) }
            guard numbers.count < texts.count else {
                self.init(numbers)
                return
            }
            let names = Set(texts).sorted()
            let places = Dictionary(uniqueKeysWithValues: names.enumerated().map { ($1, Int64($0)) })
            self.init(texts.compactMap { places[$0] }, classNames: names)
        }
    }

    /// `[N, D]`.
    let embeddings: Tensor
    private(set) var labels: Labels?
    /// Where each came from, `[N]`.
    let files: [String]?

    private init(path: String, embeddings: Tensor, labels: Labels? = nil, files: [String]? = nil) throws {
        guard embeddings.rank == 2, embeddings.size(1) > 0, embeddings.dtype.isFloatingPoint else {
            throw UserFacingError(
                path, field: "embeddings", problem: "are \(embeddings.signature)",
                remedy: "save numbers [N, D] of 32 or 64 bits")
        }
        self.embeddings = embeddings
        self.files = files
        if let files { try Self.require(files.count, path, "files", for: embeddings) }
        if let labels { try Self.require(labels.indices.count, path, "labels", for: embeddings) }
        self.labels = labels
    }

    /// Reads the file at `path`, in the format that its ending names.
    ///
    /// - Throws: `UserFacingError` that names the part that is wrong.
    static func read(_ path: String) throws -> ProjectionSource {
        switch URL(fileURLWithPath: path).pathExtension.lowercased() {
        case "npy": try ProjectionSource(path: path, embeddings: NPYReader.tensor(path))
        case "safetensors": try read(safetensors: path)
        case "csv": try read(table: path)
        default:
            throw UserFacingError(
                path, problem: "is no file of embeddings by its ending",
                remedy: "name a .npy, .safetensors or .csv file")
        }
    }

    /// Takes labels from another file.
    ///
    /// - Throws: `UserFacingError` when they cannot be read, or are not as many as the embeddings.
    mutating func label(from path: String) throws {
        let read: Labels
        switch URL(fileURLWithPath: path).pathExtension.lowercased() {
        case "npy": read = Labels(try Self.integers(NPYReader.tensor(path), path, "labels"))
        case "txt", "csv":
            let lines = try InputFile.text(path).split(omittingEmptySubsequences: false, whereSeparator: \.isNewline)
            read = Labels((lines.last == "" ? lines.dropLast() : lines).map(String.init))
        default:
            switch try IDXFile(contentsOf: path).elements {
            case .bytes(let values): read = Labels(values.map(Int64.init))
            case .int16(let values): read = Labels(values.map(Int64.init))
            case .int32(let values): read = Labels(values.map(Int64.init))
            }
        }
        try Self.require(read.indices.count, path, "labels", for: embeddings)
        labels = read
    }

    private static func require(_ count: Int, _ path: String, _ what: String, for embeddings: Tensor) throws {
        guard count == embeddings.size(0) else {
            throw UserFacingError(
                path, field: what, problem: "there are \(count) for \(embeddings.size(0)) embeddings",
                remedy: "give one for each")
        }
    }

    private static func integers(_ tensor: Tensor, _ path: String, _ field: String) throws -> [Int64] {
        guard tensor.rank == 1, !tensor.dtype.isFloatingPoint else {
            throw UserFacingError(
                path, field: field, problem: "are \(tensor.signature)", remedy: "save whole numbers [N]")
        }
        return tensor.to(.int64).array(of: Int64.self)
    }

    private static func read(safetensors path: String) throws -> ProjectionSource {
        let file = try SafetensorsFile(path: path)
        func list(_ key: String) throws -> [String]? {
            guard let text = file.metadata[key] else { return nil }
            guard let list = try? JSONDecoder().decode([String].self, from: Data(text.utf8)) else {
                throw UserFacingError(
                    path, field: "metadata \(key)", problem: "is no JSON list of texts", remedy: "write the file again")
            }
            return list
        }
        var labels: Labels?
        if file.entries["labels"] != nil {
            labels = Labels(
                try integers(file.tensor("labels"), path, "labels"), classNames: try list("classNames"))
        }
        return try ProjectionSource(
            path: path, embeddings: file.tensor("embeddings"), labels: labels, files: list("files"))
    }

    private static func read(table path: String) throws -> ProjectionSource {
        let rows = try CSVTable(InputFile.map(path), path: path).rows
        let header = rows.first?.fields ?? []
        let columns = (0..<header.count).map { header.firstIndex(of: "x\($0)") }.prefix { $0 != nil }.compactMap(\.self)
        guard !columns.isEmpty else {
            throw UserFacingError(
                path, field: "line 1", problem: "has no column x0",
                remedy: "name the columns file, label, x0, x1 and so on")
        }
        var numbers: [Double] = []
        for row in rows.dropFirst() {
            guard row.fields.count == header.count else {
                throw UserFacingError(
                    path, field: "line \(row.line)",
                    problem: "has \(row.fields.count) fields, the header \(header.count)",
                    remedy: "correct it")
            }
            for column in columns {
                guard let number = Double(row.fields[column]) else {
                    throw UserFacingError(
                        path, field: "line \(row.line), \(header[column])",
                        problem: "'\(row.fields[column])' is no number", remedy: "correct it")
                }
                numbers.append(number)
            }
        }
        func texts(_ name: String) -> [String]? {
            header.firstIndex(of: name).map { column in rows.dropFirst().map { $0.fields[column] } }
        }
        return try ProjectionSource(
            path: path, embeddings: Tensor(numbers, shape: [rows.count - 1, columns.count]),
            labels: texts("label").map { Labels($0) }, files: texts("file"))
    }
}
