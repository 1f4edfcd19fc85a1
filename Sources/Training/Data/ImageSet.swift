import Crypto
public import Datasets
import Foundation

/// A set of labelled images, in memory or in files that are read when needed.
public enum ImageSet: Sendable {
    /// Images of one size.
    case memory(ImageDataset)
    /// Files of images of any size.
    case files(ImageFileDataset)

    /// What the set is called.
    public var name: String {
        switch self {
        case .memory(let set): set.name
        case .files(let set): set.name
        }
    }

    /// N.
    public var count: Int {
        switch self {
        case .memory(let set): set.count
        case .files(let set): set.count
        }
    }

    /// The class of each image, `[N]`.
    public var labels: [Int64] {
        switch self {
        case .memory(let set): set.labels
        case .files(let set): set.samples.map(\.label)
        }
    }

    /// What the classes are called.
    public var classNames: [String] {
        switch self {
        case .memory(let set): set.classNames
        case .files(let set): set.classNames
        }
    }

    /// What each image belongs to besides its class, `[N]`; nil where that is known of none.
    public var groups: [String?]? {
        guard case .files(let set) = self, set.samples.contains(where: { $0.group != nil }) else { return nil }
        return set.samples.map(\.group)
    }

    /// The group of each image as a number, `[N]`; nil where groups are known of none.
    var groupNumbers: [Int64?]? {
        guard let groups else { return nil }
        let names = Set(groups.compactMap(\.self)).sorted()
        let numbers = Dictionary(uniqueKeysWithValues: names.enumerated().map { ($1, Int64($0)) })
        return groups.map { $0.flatMap { numbers[$0] } }
    }

    /// The images of some classes alone, which are numbered anew in the order given.
    ///
    /// - Throws: `UserFacingError` when there is none.
    func keeping(classes: [Int]) throws -> ImageSet {
        switch self {
        case .memory(let set): .memory(try set.keeping(classes: classes))
        case .files(let set): .files(set.keeping(classes: classes))
        }
    }

    /// The SHA-256 of what the set holds, in hexadecimal digits: of pixels and labels, or of the files' paths within the set,
    /// sizes and labels, since reading all of them could take longer than training.
    public var fingerprint: String {
        switch self {
        case .memory(let set): return set.fingerprint
        case .files(let set):
            var hash = SHA256()
            var sizes: [String: Int] = [:]
            for sample in set.samples {
                let size = sizes[sample.path] ?? Self.size(of: sample.path)
                sizes[sample.path] = sample.place == .whole ? nil : size
                let path = sample.name.hasPrefix(set.root) ? String(sample.name.dropFirst(set.root.count)) : sample.name
                hash.update(data: Data("\(path)\t\(size)\t\(sample.label)\n".utf8))
            }
            return hash.finalize().map { String(format: "%02x", $0) }.joined()
        }
    }
    private static func size(of path: String) -> Int {
        let attributes = try? FileManager.default.attributesOfItem(atPath: path)
        return (attributes?[.size] as? Int) ?? 0
    }
}
