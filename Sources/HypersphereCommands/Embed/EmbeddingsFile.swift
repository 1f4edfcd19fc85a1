import Datasets
import Files
import Foundation
import Torch
import Training

/// Embeddings in a file, with the names and classes of what was embedded.
struct EmbeddingsFile {
    /// The form of the file.
    enum Format: String {
        case npy, safetensors, csv
    }

    private let input: ImageInput
    private let format: Format
    private let path: String
    private let width: Int
    /// What each image's class is called; nil where that is not known.
    private let classes: [String]?
    /// What each image belongs to besides its class, blank for nothing; nil where that is known of none.
    private let groups: [String]?

    /// Describes the file.
    ///
    /// - Parameters:
    ///   - input: what is embedded.
    ///   - format: the form.
    ///   - path: where to write.
    ///   - width: D, the length of an embedding.
    init(of input: ImageInput, format: Format, path: String, width: Int) {
        self.input = input
        self.format = format
        self.path = path
        self.width = width
        let names = input.images.classNames
        classes = input.isLabelled ? input.images.labels.map { names[Int($0)] } : nil
        groups = input.images.groups?.map { $0 ?? "" }
    }

    /// Appends embeddings `[K, D]` of the images at `indices`.
    typealias Append = (_ embeddings: Tensor, _ indices: [Int]) throws -> Void

    /// Writes what `body` appends, whole or not at all, with memory for one piece.
    ///
    /// - Returns: how many embeddings were written.
    /// - Throws: what `body` throws, and `UserFacingError` when the file cannot be written.
    func write(_ body: (Append) throws -> Void) throws -> Int {
        var indices: [Int] = []
        func collecting(_ append: @escaping (Tensor) throws -> Void) -> Append {
            { embeddings, part in
                try append(embeddings)
                indices += part
            }
        }
        switch format {
        case .npy:
            try NPYFile.write(rowsOf: width, atMost: input.images.count, to: path) { append in
                try withoutActuallyEscaping(append) { try body(collecting($0)) }
                try writeNames(of: indices)
            }
        case .safetensors:
            try SafetensorsFile.write(
                "embeddings", rowsOf: width, atMost: input.images.count,
                beside: companions(Array(0..<input.images.count)), to: path
            ) { append in
                try withoutActuallyEscaping(append) { try body(collecting($0)) }
                return try companions(indices)
            }
        case .csv:
            try AtomicFile.write(to: path) { file in
                let numbers = (0..<width).map { "x\($0)" }
                try file.write(line(header + numbers))
                try body { embeddings, part in
                    let values = embeddings.array(of: Float.self)
                    for (row, index) in part.enumerated() {
                        let numbers = values[row * width..<(row + 1) * width].map { "\($0)" }
                        try file.write(line(cells(of: index) + numbers))
                    }
                    indices += part
                }
            }
        }
        return indices.count
    }

    /// The file that stands beside an array, which has no room for names.
    private var namesPath: String {
        URL(fileURLWithPath: path).deletingPathExtension().relativePath + ".files.csv"
    }

    private func writeNames(of indices: [Int]) throws {
        guard input.files != nil else {
            // Names of an earlier file of this name are not those of its rows.
            try? FileManager.default.removeItem(atPath: namesPath)
            return
        }
        try AtomicFile.write(to: namesPath) { file in
            try file.write(line(header))
            for index in indices { try file.write(line(cells(of: index))) }
        }
    }

    private func companions(_ indices: [Int]) throws -> SafetensorsFile.Companions {
        func json(_ names: [String]) throws -> String {
            let encoder = JSONEncoder()
            encoder.outputFormatting = .withoutEscapingSlashes
            return String(decoding: try encoder.encode(names), as: UTF8.self)
        }
        var companions = SafetensorsFile.Companions()
        if let files = input.files { companions.metadata["files"] = try json(indices.map { files[$0] }) }
        if let groups { companions.metadata["groups"] = try json(indices.map { groups[$0] }) }
        if input.isLabelled {
            let labels = input.images.labels
            companions.tensors["labels"] = Tensor(indices.map { labels[$0] })
            companions.metadata["classNames"] = try json(input.images.classNames)
        }
        return companions
    }

    private var header: [String] {
        [input.files == nil ? "index" : "file"] + (classes == nil ? [] : ["label"])
            + (groups == nil ? [] : ["group"])
    }

    private func cells(of index: Int) -> [String] {
        [input.files?[index] ?? "\(index)"] + (classes.map { [$0[index]] } ?? [])
            + (groups.map { [$0[index]] } ?? [])
    }

    private func line(_ fields: [String]) -> Data { Data(CSVTable.line(fields).utf8) }
}
