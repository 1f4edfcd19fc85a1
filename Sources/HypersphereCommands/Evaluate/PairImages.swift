import Datasets
import Evaluation
import Files
import Foundation
import Terminal
import Training

/// Where the images of a list of pairs are: below a folder, or among saved embeddings.
struct PairImages {
    private let list: PairsFile
    private let path: String

    private static let named = 10

    init(_ list: PairsFile, path: String) {
        self.list = list
        self.path = path
    }

    /// The identities of each pair, numbered by name, for intervals over identities.
    var identities: (first: [Int64], second: [Int64]) {
        let labels = ClassNumbering(list.images.map(\.name)).labels(of: list.images.map(\.name))
        return (list.pairs.first.map { labels[$0] }, list.pairs.second.map { labels[$0] })
    }

    /// The images below a folder in the order of the list, each of which is there.
    func files(in folder: String) throws -> ImageSet {
        let found = list.images.map { image in
            ImageFolder.endings.sorted().lazy.map { "\(folder)/\(image.path(fileExtension: $0))" }
                .first { FileManager.default.fileExists(atPath: $0) }
        }
        try check(found, in: folder, remedy: "name the folder that holds \(list.images[0].path()), with all its images")
        return .files(
            ImageFileDataset(
                name: folder, samples: found.compactMap(\.self).map { ImageSample(path: $0, label: 0) },
                classNames: ["any"], root: folder))
    }

    /// The row of each image of the list among saved embeddings, found by the end of its path without what follows the dot.
    func rows(of table: EmbeddingTable) throws -> [Int] {
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
        let rows = list.images.map { places[($0.path() as NSString).deletingPathExtension] }
        try check(rows, in: table.name, remedy: "embed all images of \(path)")
        return rows.compactMap(\.self)
    }

    private func check<Place>(_ places: [Place?], in source: String, remedy: String) throws {
        let missing = places.indices.filter { places[$0] == nil }
        guard !missing.isEmpty else { return }
        let names = missing.prefix(Self.named).map { list.images[$0].path() }.joined(separator: ", ")
        let more = missing.count > Self.named ? " and \(formatCount(missing.count - Self.named)) more" : ""
        throw UserFacingError(
            source, field: "images",
            problem: "\(formatCount(missing.count)) of \(formatCount(places.count)) are missing: \(names)\(more)",
            remedy: remedy)
    }
}
