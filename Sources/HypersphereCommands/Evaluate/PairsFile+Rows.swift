import Evaluation
import Files
import Foundation
import Training

extension PairsFile {
    /// The row of each image among saved embeddings, found by the end of its path without what follows the dot.
    ///
    /// - Parameter path: the list, for messages.
    func rows(of table: EmbeddingTable, path: String) throws -> [Int] {
        guard let files = table.files else {
            throw UserFacingError(
                table.name, field: "files", problem: "the file does not tell them",
                remedy: "save them in the metadata `files`, or in the column file")
        }
        var places: [String: Int] = [:]
        for (row, file) in files.enumerated() {
            let url = URL(fileURLWithPath: file).deletingPathExtension()
            let name = "\(url.deletingLastPathComponent().lastPathComponent)/\(url.lastPathComponent)"
            if let earlier = places.updateValue(row, forKey: name) {
                throw UserFacingError(
                    table.name, field: "files", problem: "rows \(earlier) and \(row) are both \(name)",
                    remedy: "keep one of them")
            }
        }
        let rows = images.map { places[($0.path() as NSString).deletingPathExtension] }
        try VerificationSet.check(rows, of: self, in: table.name, remedy: "embed all images of \(path)")
        return rows.compactMap(\.self)
    }
}
