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
        let tensors = tensors.sorted { $0.key < $1.key }
        let header = try SafetensorsHeader.encoded(
            tensors.map { ($0.key, $0.value.dtype, $0.value.shape) }, metadata: metadata, path: path)
        try AtomicFile.write(to: path) { file in
            try file.write(header)
            for (_, tensor) in tensors { try tensor.write(to: file) }
        }
    }

    /// What stands beside rows that came piece by piece.
    public struct Companions {
        /// The tensors, by names other than the rows'.
        public var tensors: [String: Tensor]
        /// Free text.
        public var metadata: [String: String]

        /// Joins both.
        public init(tensors: [String: Tensor] = [:], metadata: [String: String] = [:]) {
            self.tensors = tensors
            self.metadata = metadata
        }
    }

    /// Writes a tensor of float32 rows that come piece by piece to `path`, whole or not at all, with memory for one piece.
    ///
    /// - Parameters:
    ///   - name: what the tensor is called.
    ///   - width: D, the numbers of a row.
    ///   - count: the most rows that may come.
    ///   - companions: what stands beside them if so many rows come; with fewer, it must not be longer.
    ///   - path: the file.
    ///   - body: appends pieces `[K, D]`, and returns what stands beside the rows that came.
    /// - Throws: what `body` throws, and `UserFacingError` when the folder is missing or not writable, or the disk is full.
    public static func write(
        _ name: String, rowsOf width: Int, atMost count: Int, beside companions: Companions, to path: String,
        _ body: (_ append: (Tensor) throws -> Void) throws -> Companions
    ) throws {
        func header(_ count: Int, _ companions: Companions, byteCount: Int = 0) throws -> Data {
            let others = companions.tensors.sorted { $0.key < $1.key }
            return try SafetensorsHeader.encoded(
                [(name, .float32, [count, width])] + others.map { ($0.key, $0.value.dtype, $0.value.shape) },
                metadata: companions.metadata, byteCount: byteCount, path: path)
        }
        try AtomicFile.write(to: path) { file in
            let reserved = try header(count, companions)
            try file.write(reserved)
            let rows = RowWriter(width: width, file: file)
            let companions = try body(rows.append)
            for (_, tensor) in companions.tensors.sorted(by: { $0.key < $1.key }) { try tensor.write(to: file) }
            let final = try header(rows.count, companions, byteCount: reserved.count)
            require(
                final.count == reserved.count,
                "SafetensorsFile.write: expected at most \(count) rows and what stands beside them, got \(rows.count)")
            try file.rewriteBeginning(final)
        }
    }
}
