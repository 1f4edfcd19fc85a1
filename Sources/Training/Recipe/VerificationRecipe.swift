import Configuration
import Evaluation
import Files

/// Pairs of images that every epoch's model is measured on.
public struct VerificationRecipe: Codable, Sendable {
    /// A list in the form of Labeled Faces in the Wild, or a file of insightface that ends in .bin; below the folder of the data
    /// unless it begins with a slash.
    let pairs: String
    /// The folder of a list's images, likewise; the list's own, or one in it, when nil.
    let images: String?
    /// The folds of a list that count; all when nil.
    let folds: [Int]?

    private enum CodingKeys: String, CodingKey {
        case pairs, images, folds
    }

    /// Reads `{ pairs: lfw.bin }`.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        pairs = try container.decode(String.self, forKey: .pairs)
        images = try container.decodeIfPresent(String.self, forKey: .images)
        folds = try container.optional(
            .folds, SettingCheck("numbers of folds, from 1") { !$0.isEmpty && $0.allSatisfy { $0 > 0 } })
        if VerificationSet.isPickle(pairs), images != nil || folds != nil {
            throw container.invalid(
                .pairs, problem: "a .bin file holds its images and all its folds", remedy: "leave images and folds out")
        }
    }

    /// Reads the pairs.
    ///
    /// - Parameter path: the folder of the data.
    /// - Throws: `UserFacingError` that names the file at fault.
    func load(_ path: String) throws -> VerificationSet {
        func place(_ name: String) -> String { name.hasPrefix("/") ? name : "\(path)/\(name)" }
        let set =
            VerificationSet.isPickle(pairs)
            ? try VerificationSet(pickle: place(pairs))
            : try VerificationSet(list: place(pairs), images: images.map(place), keeping: folds.map { Set($0) })
        guard set.folds > 1 else {
            throw UserFacingError(
                place(pairs), field: "folds", problem: "is 1, and a threshold is chosen on the others",
                remedy: "let two folds or more count")
        }
        // Whether every fold has both kinds of pairs is known before an epoch is learnt.
        _ = try FoldedVerification(
            distances: set.pairs.isSame.map { _ in 0 }, isSame: set.pairs.isSame, folds: set.folds)
        return set
    }
}
