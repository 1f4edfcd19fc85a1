import Files
public import Foundation

/// A file of named tensors in the safetensors format, mapped into memory and checked in every number.
///
/// The format: an unsigned 64-bit little-endian header length, a JSON header with type, shape and byte range of each
/// tensor, then the bytes, without holes or overlaps.
public struct SafetensorsFile: Sendable {
    /// What the header says of one tensor.
    public struct Entry: Sendable, Equatable {
        /// The element type.
        public let dtype: DType
        /// The shape.
        public let shape: [Int]
        /// The bytes, counted from the end of the header.
        let range: Range<Int>
    }

    /// Where the file was read from.
    public let path: String

    /// The free text that the header carries.
    public let metadata: [String: String]

    /// The tensors by name.
    public let entries: [String: Entry]

    private let bytes: Data
    private let start: Int

    /// Maps the file at `path` and checks its header.
    ///
    /// - Throws: `UserFacingError` that names the part that is wrong.
    public init(path: String) throws {
        try self.init(bytes: InputFile.map(path), path: path)
    }

    /// Checks the header of a file that is already in memory.
    ///
    /// - Parameters:
    ///   - bytes: what the file holds.
    ///   - path: what messages call it.
    /// - Throws: `UserFacingError` that names the part that is wrong.
    public init(bytes: Data, path: String) throws {
        let header = try SafetensorsHeader(of: bytes, path: path)
        self.path = path
        self.bytes = bytes
        metadata = header.metadata
        entries = header.entries
        start = header.end
    }

    /// The names of all tensors, sorted.
    public var names: [String] { entries.keys.sorted() }

    /// The tensor called `name`, on the processor.
    ///
    /// - Throws: `UserFacingError` when there is none of that name.
    public func tensor(_ name: String) throws -> Tensor {
        guard let entry = entries[name] else {
            throw UserFacingError(
                path, field: name, problem: "there is no tensor of this name",
                remedy: "the file holds \(names.prefix(5).joined(separator: ", "))\(names.count > 5 ? " ..." : "")")
        }
        return bytes.withUnsafeBytes { all in
            let part = UnsafeRawBufferPointer(
                rebasing: all[(start + entry.range.lowerBound)..<(start + entry.range.upperBound)])
            return Tensor(bytes: part, shape: entry.shape, dtype: entry.dtype)
        }
    }

    /// All tensors by name, on the processor.
    ///
    /// - Throws: nothing of its own; every entry was checked when the file was opened.
    public func tensors() throws -> [String: Tensor] {
        try Dictionary(uniqueKeysWithValues: entries.keys.map { ($0, try tensor($0)) })
    }

    /// Writes `tensors` and `metadata` to `path`, whole or not at all.
    ///
    /// - Throws: `UserFacingError` when the folder is missing or not writable, or the disk is full.
    public static func write(_ tensors: [String: Tensor], metadata: [String: String] = [:], to path: String) throws {
        let names = tensors.keys.sorted()
        let header = try SafetensorsHeader.encoded(
            names.map { name in (name, tensors[name]?.dtype ?? .uint8, tensors[name]?.shape ?? []) }, metadata: metadata
        )
        try AtomicFile.write(to: path) { file in
            try file.write(header)
            for case let tensor? in names.map({ tensors[$0] }) {
                var bytes = [UInt8](repeating: 0, count: tensor.count * tensor.dtype.byteCount)
                bytes.withUnsafeMutableBytes { tensor.copy(to: $0) }
                try bytes.withUnsafeBytes { try file.write($0) }
            }
        }
    }
}
