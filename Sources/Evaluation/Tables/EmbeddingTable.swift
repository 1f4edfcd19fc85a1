import Files
import Foundation
public import Torch

/// Embeddings with what is known of each: its class and its file. They come from a model, or from a file that any program wrote.
public struct EmbeddingTable {
    /// What messages and reports call it: the path of the file, or the name of the set of images.
    public let name: String

    /// The embeddings, `[N, D]` float32 or float64, finite.
    public let embeddings: Tensor

    /// The name of each row's class, `[N]`; nil when classes are not known.
    public let classes: [String]?

    /// The file of each row's image, `[N]`; nil when files are not known.
    public let files: [String]?

    /// What each row belongs to besides its class, such as the camera that took the picture, `[N]`; nil for a row of none, and
    /// when groups are not known.
    public let groups: [String?]?

    /// Where the classes were read from, when that is another file than ``name``.
    public let classSource: String?

    /// Brings embeddings together with what is known of each.
    ///
    /// - Parameters:
    ///   - name: what messages call it.
    ///   - embeddings: `[N, D]`, floating-point.
    ///   - classes: the name of each row's class, `[N]`, or nil.
    ///   - files: the file of each row's image, `[N]`, or nil.
    ///   - groups: what each row belongs to besides its class, `[N]`, or nil.
    ///   - classSource: where the classes come from, when that is another file.
    /// - Throws: `UserFacingError` that names the table when it is no matrix or has no row, a row is not finite, or the numbers
    ///   of rows, classes and files differ.
    public init(
        name: String, embeddings: Tensor, classes: [String]? = nil, files: [String]? = nil, groups: [String?]? = nil,
        classSource: String? = nil
    ) throws {
        guard embeddings.rank == 2, embeddings.size(1) > 0 else {
            throw UserFacingError(
                name, field: "shape", problem: "is \(embeddings.shape), expected [N, D]",
                remedy: "give a matrix with a row for each embedding")
        }
        guard embeddings.dtype.isFloatingPoint else {
            throw UserFacingError(
                name, field: "type", problem: "is \(embeddings.dtype), expected floating-point numbers",
                remedy: "save the embeddings as float32")
        }
        let count = embeddings.size(0)
        guard count > 0 else {
            throw UserFacingError(name, problem: "holds no embedding", remedy: "give at least one")
        }
        for (what, number) in [("classes", classes?.count), ("files", files?.count), ("groups", groups?.count)] {
            if let number, number != count {
                throw UserFacingError(
                    classSource ?? name, field: what,
                    problem: "there are \(number) for \(count) embeddings",
                    remedy: "give one for each, in their order")
            }
        }
        self.name = name
        self.embeddings = embeddings.dtype == .float64 ? embeddings : embeddings.to(.float32)
        self.classes = classes
        self.files = files
        self.groups = groups
        self.classSource = classSource
        let broken = (.!embeddings.areFinite()).any(along: 1).nonzeroIndices()
        if broken.size(0) > 0 {
            throw UserFacingError(
                name, field: place(of: Int(broken[0].item())), problem: "holds a number that is infinite or none",
                remedy: "look for a broken image, or a training run that diverged")
        }
    }

    /// N.
    public var count: Int { embeddings.size(0) }

    /// The class of each row.
    ///
    /// - Throws: `UserFacingError` when classes are not known.
    public func knownClasses() throws -> [String] {
        guard let classes else {
            throw UserFacingError(
                name, field: "classes", problem: "the file does not tell them",
                remedy: "name a file of them with --labels: .npy, a .csv with a column label, or one a line")
        }
        return classes
    }

    /// How many rows are zero, and so have no direction.
    public var zeroCount: Int { zeroRows().count }

    /// Checks that each row has a direction, as cosines need it.
    ///
    /// - Throws: `UserFacingError` that names the first row that is zero.
    public func checkDirections() throws {
        if let row = zeroRows().first {
            throw UserFacingError(
                name, field: place(of: row), problem: "is zero, so it has no direction",
                remedy: "look for a blank image, or a model whose features died")
        }
    }

    /// The rows that are zero.
    public func zeroRows() -> [Int] {
        (.!embeddings.any(along: 1)).nonzeroIndices().flattened().array()
    }

    /// How messages call a row: by its number from 0, and its file.
    private func place(of row: Int) -> String {
        files.map { "row \(row) (\($0[row]))" } ?? "row \(row)"
    }
}
