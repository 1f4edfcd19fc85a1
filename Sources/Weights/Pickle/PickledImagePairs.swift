import Files
import Foundation

/// Pairs of images in a pickle, as insightface's verification sets come: `lfw.bin`, `cfp_fp.bin`, `agedb_30.bin`.
///
/// The pickle is a list of 2 P image files, as bytes or numpy arrays of bytes, and a list of P answers, beside each other in a tuple.
/// Nothing in it is run, and nothing is copied: the images are at their places in the file.
public struct PickledImagePairs: Sendable {
    /// Where in the file each image's bytes are, `[2 P]`; images 2 i and 2 i + 1 are pair i.
    public let images: [Range<Int>]
    /// Whether both images of a pair are of one person, `[P]`.
    public let isSame: [Bool]

    private static let remedy = "get it again, or write it with a newer Python: pickle.dump((images, answers), file, 4)"

    /// Reads the file at `path`.
    ///
    /// - Throws: `UserFacingError` that names `path` when it is missing, no such pickle, cut short, names anything that would have to be
    ///   run, or has not two images for each answer.
    public init(_ path: String) throws {
        let data = try InputFile.map(path)
        do {
            self = try data.withUnsafeBytes { try Self($0) }
        } catch let flaw as Flaw {
            throw UserFacingError(
                path, field: flaw.field.map(printable), problem: printable(flaw.problem), remedy: Self.remedy)
        }
    }

    private init(_ bytes: UnsafeRawBufferPointer) throws(Flaw) {
        var unpickler = Unpickler(ByteReader(bytes, 0..<bytes.count, what: "file"))
        let root = try unpickler.next()
        let heap = unpickler.heap
        guard let parts = heap.sequence(root), parts.count == 2, let files = heap.sequence(parts[0]),
            let answers = heap.sequence(parts[1])
        else { throw Flaw("pickle", "is no pair of a list of images and a list of answers") }
        guard !answers.isEmpty, files.count == 2 * answers.count else {
            throw Flaw("pickle", "has \(files.count) images for \(answers.count) answers, expected two for each")
        }
        var images: [Range<Int>] = []
        for (index, file) in files.enumerated() {
            switch file {
            case .bytes(let place): images.append(place)
            case .array(let array):
                guard let place = heap.arrays[array] else {
                    throw Flaw("image \(index)", "is an array without elements")
                }
                images.append(place)
            default: throw Flaw("image \(index)", "is not held as bytes")
            }
        }
        var isSame: [Bool] = []
        for (index, answer) in answers.enumerated() {
            switch answer {
            case .truth(let value): isSame.append(value)
            case .integer(0): isSame.append(false)
            case .integer(1): isSame.append(true)
            default: throw Flaw("answer \(index)", "is neither true nor false")
            }
        }
        self.images = images
        self.isSame = isSame
    }
}

extension PickleHeap {
    /// The elements of a tuple or list; nil when the value is neither.
    fileprivate func sequence(_ value: PickleValue) -> [PickleValue]? {
        switch value {
        case .tuple(let index), .list(let index): sequences[index]
        default: nil
        }
    }
}
