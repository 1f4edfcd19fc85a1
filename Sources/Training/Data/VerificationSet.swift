import Datasets
public import Evaluation
import Files
import Foundation
import Weights

/// Pairs of images of one person or of two, on which a model is measured: a list with a folder of images, or a file of
/// insightface that holds both.
public struct VerificationSet: Sendable {
    /// The file's name without its end, such as `cfp_fp`.
    public let name: String
    /// The images.
    public let images: ImageSet
    /// The pairs as indices into the images.
    public let pairs: VerificationPairs
    /// How many folds the pairs are in, one after the other.
    public let folds: Int
    /// The identities of each pair, numbered by name; empty where no names are known.
    public let identities: (first: [Int64], second: [Int64])

    /// How many folds a file has that does not tell.
    public static let usualFolds = 10

    private static let named = 10

    /// Whether `path` names a file of insightface.
    public static func isPickle(_ path: String) -> Bool { path.lowercased().hasSuffix(".bin") }

    /// Reads a verification set of insightface, whose images lie in the file itself.
    ///
    /// - Throws: `UserFacingError` that names `path` when it is damaged, or its pairs cannot be divided evenly.
    public init(pickle path: String, folds: Int = usualFolds) throws {
        let list = try PickledImagePairs(path)
        guard list.isSame.count.isMultiple(of: folds) else {
            throw UserFacingError(
                path, field: "pairs", problem: "are \(list.isSame.count), which \(folds) folds cannot share evenly",
                remedy: "give another number with --folds")
        }
        name = Self.stem(of: path)
        images = .files(
            ImageFileDataset(
                name: path,
                samples: list.images.map {
                    ImageSample(path: path, place: .bytes(offset: $0.lowerBound, count: $0.count), label: 0)
                }, classNames: ["any"], root: ""))
        pairs = VerificationPairs(
            first: list.isSame.indices.map { 2 * $0 }, second: list.isSame.indices.map { 2 * $0 + 1 },
            isSame: list.isSame)
        self.folds = folds
        identities = ([], [])
    }

    /// Reads a list of pairs in the form of Labeled Faces in the Wild and finds its images.
    ///
    /// - Parameters:
    ///   - path: the list.
    ///   - folder: what holds a folder for each person; the list's own folder, or one in it, when nil.
    ///   - chosen: the folds that count; all when nil.
    /// - Throws: `UserFacingError` that names the list, a fold that is not there, or the images that are missing.
    public init(list path: String, images folder: String? = nil, keeping chosen: Set<Int>? = nil) throws {
        let list = try PairsFile(path).keeping(only: chosen, of: path)
        let root =
            try folder
            ?? LabeledFaces(path: URL(fileURLWithPath: path).deletingLastPathComponent().relativePath).root(of: list)
        let found = list.images.map { image in
            ImageFolder.endings.sorted().lazy.map { "\(root)/\(image.path(fileExtension: $0))" }
                .first { FileManager.default.fileExists(atPath: $0) }
        }
        try Self.check(
            found, of: list, in: root,
            remedy: "name the folder that holds \(list.images[0].path()), with all its images")
        name = Self.stem(of: path)
        images = .files(
            ImageFileDataset(
                name: root, samples: found.compactMap(\.self).map { ImageSample(path: $0, label: 0) },
                classNames: ["any"], root: root))
        pairs = list.pairs
        folds = list.folds
        identities = Self.identities(of: list)
    }

    /// The identities of each pair of a list, numbered by name, for intervals over identities.
    public static func identities(of list: PairsFile) -> (first: [Int64], second: [Int64]) {
        let labels = ClassNumbering(list.images.map(\.name)).labels(of: list.images.map(\.name))
        return (list.pairs.first.map { labels[$0] }, list.pairs.second.map { labels[$0] })
    }

    /// Makes sure that every image of a list has a place in `source`.
    public static func check<Place>(
        _ places: [Place?], of list: PairsFile, in source: String, remedy: String
    ) throws {
        let missing = places.indices.filter { places[$0] == nil }
        guard !missing.isEmpty else { return }
        let names = missing.prefix(named).map { list.images[$0].path() }.joined(separator: ", ")
        let more = missing.count > named ? " and \(missing.count - named) more" : ""
        throw UserFacingError(
            source, field: "images", problem: "\(missing.count) of \(places.count) are missing: \(names)\(more)",
            remedy: remedy)
    }

    private static func stem(of path: String) -> String {
        URL(fileURLWithPath: path).deletingPathExtension().lastPathComponent
    }
}

extension PairsFile {
    /// The list, or some of its folds.
    ///
    /// - Throws: `UserFacingError` when one is not there.
    public func keeping(only chosen: Set<Int>?, of path: String) throws -> PairsFile {
        guard let chosen else { return self }
        guard let kept = keeping(folds: chosen) else {
            throw UserFacingError(
                path, field: "folds", problem: "the list has \(folds == 1 ? "1 fold" : "\(folds) folds")",
                remedy: "name folds from 1 to \(folds)")
        }
        return kept
    }
}
