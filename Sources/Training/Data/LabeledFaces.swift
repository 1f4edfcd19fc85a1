import Datasets
import Evaluation
import Files
import Foundation

/// Labeled Faces in the Wild, split by people: those of all folds of `pairs.txt` but the last two are learnt, those of the last two
/// measured on. Nobody is in both parts.
///
///     lfw/pairs.txt                              the list of pairs
///     lfw/Abel_Pacheco/Abel_Pacheco_0001.jpg     or one folder deeper
struct LabeledFaces {
    /// What recipes call it.
    static let name = "lfw"

    private static let testFolds = 2

    /// The folder.
    let path: String

    /// Lists the images of the people whom the pairs name; none is opened.
    ///
    /// - Throws: `UserFacingError` that names the list when it is missing, of another form or of too few folds, and people without images.
    func load() throws -> ImageFileSplits {
        let list = try PairsFile("\(path)/pairs.txt")
        guard list.folds > Self.testFolds else {
            throw UserFacingError(
                "\(path)/pairs.txt", field: "folds",
                problem: "are \(list.folds), of which \(Self.testFolds) are measured on",
                remedy: "give the list of view 2, which has ten")
        }
        let border = list.pairs.count / list.folds * (list.folds - Self.testFolds)
        let test = people(list, border..<list.pairs.count)
        let train = people(list, 0..<border).subtracting(test)
        let root = try root(of: list)
        return ImageFileSplits(
            train: try part("train", train, root), test: try part("test", test, root))
    }

    private func people(_ list: PairsFile, _ pairs: Range<Int>) -> Set<String> {
        Set(pairs.flatMap { [list.images[list.pairs.first[$0]].name, list.images[list.pairs.second[$0]].name] })
    }

    /// The folder that holds a folder for each person.
    func root(of list: PairsFile) throws -> String {
        let folders = (try? FileManager.default.contentsOfDirectory(atPath: path)) ?? []
        let candidates = [path] + folders.sorted().map { "\(path)/\($0)" }
        let found = candidates.first { FileManager.default.fileExists(atPath: "\($0)/\(list.images[0].name)") }
        guard let found else {
            throw UserFacingError(
                path, problem: "holds no folder \(list.images[0].name), nor a folder with it",
                remedy: "put the folders of all people beside pairs.txt")
        }
        return found
    }

    private func part(_ name: String, _ people: Set<String>, _ root: String) throws -> ImageFileDataset {
        let names = people.sorted { $0.unicodeScalars.lexicographicallyPrecedes($1.unicodeScalars) }
        let samples = try names.enumerated().flatMap { label, person in
            try ImageFolder("\(root)/\(person)").images().map { ImageSample(path: $0, label: Int64(label)) }
        }
        return ImageFileDataset(name: "\(Self.name)/\(name)", samples: samples, classNames: names, root: root)
    }
}
