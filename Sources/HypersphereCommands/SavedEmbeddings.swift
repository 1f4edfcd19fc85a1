import Datasets
import Evaluation
import Files
import Foundation

extension EmbeddingTable {
    /// Reads saved embeddings, with classes of any file that ``EmbeddingTable`` reads, or of an IDX file such as MNIST's.
    ///
    /// - Throws: `UserFacingError` that names the file and the part that is wrong.
    init(saved path: String, labels: String? = nil) throws {
        guard let labels, try Self.isIDX(labels) else {
            try self.init(contentsOf: path, labels: labels)
            return
        }
        let classes: [String] =
            switch try IDXFile(contentsOf: labels).elements {
            case .bytes(let values): values.map { "\($0)" }
            case .int16(let values): values.map { "\($0)" }
            case .int32(let values): values.map { "\($0)" }
            }
        let table = try EmbeddingTable(contentsOf: path)
        try self.init(
            name: path, embeddings: table.embeddings, classes: classes, files: table.files, groups: table.groups,
            classSource: labels)
    }

    /// Whether a file begins as IDX files do, plain or gzip; texts and arrays do not.
    private static func isIDX(_ path: String) throws -> Bool {
        let start = Array(try InputFile.map(path).prefix(2))
        return start == [0, 0] || start == [0x1F, 0x8B]
    }
}
