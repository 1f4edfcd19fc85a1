import Files
import Foundation

/// Reads a tar archive from front to back: POSIX's ustar, and the older form without its mark.
///
/// Regular files alone are given out; folders, links and extended headers are passed over.
struct TarReader {
    /// What a header says of a file.
    struct Entry: Equatable {
        let name: String
        let size: Int
    }

    private static let blockSize = 512

    private let source: any ByteSource
    private let path: String
    // Bytes until the next header.
    private var rest = 0

    /// Reads the archive that `source` holds; errors name `path`.
    init(_ source: any ByteSource, path: String) {
        self.source = source
        self.path = path
    }

    /// Goes on to the next regular file; nil at the end.
    ///
    /// - Throws: `UserFacingError` when the archive is cut short or a header is damaged, and what the source throws.
    mutating func next() throws -> Entry? {
        while true {
            try skip(rest)
            let header = try bytes(Self.blockSize)
            if header.allSatisfy({ $0 == 0 }) {
                try finish()
                return nil
            }
            guard let size = Self.number(header[124..<136]), let sum = Self.number(header[148..<156]),
                // The sum counts its own field as spaces.
                sum == header.indices.reduce(0, { $0 + (148..<156 ~= $1 ? 32 : Int(header[$1])) })
            else {
                throw damaged("a file's header in it is damaged")
            }
            rest = (size + Self.blockSize - 1) / Self.blockSize * Self.blockSize
            let kind = header[156]
            guard kind == 0 || kind == UInt8(ascii: "0") else { continue }
            let hasPrefix = header[257..<262].elementsEqual("ustar".utf8)
            let folder = hasPrefix ? Self.text(header[345..<500]) : ""
            let name = Self.text(header[0..<100])
            return Entry(name: folder.isEmpty ? name : "\(folder)/\(name)", size: size)
        }
    }

    /// The content of the file that ``next()`` gave last; to be called once for each.
    ///
    /// - Throws: `UserFacingError` when the archive is cut short, and what the source throws.
    mutating func contents(of entry: Entry) throws -> [UInt8] {
        let contents = try bytes(entry.size)
        rest -= entry.size
        return contents
    }

    private func bytes(_ count: Int) throws -> [UInt8] {
        guard count <= source.mostBytes else { throw cutShort() }
        return try [UInt8](unsafeUninitializedCapacity: count) { buffer, initialized in
            initialized = try source.read(into: UnsafeMutableRawBufferPointer(start: buffer.baseAddress, count: count))
            guard initialized == count else { throw cutShort() }
        }
    }

    private func skip(_ count: Int) throws {
        var left = count
        while left > 0 {
            let piece = min(left, 1 << 16)
            _ = try bytes(piece)
            left -= piece
        }
    }

    /// Reads what is left, at whose end a compressed source verifies its checksum.
    private func finish() throws {
        var piece = [UInt8](repeating: 0, count: 1 << 16)
        while try piece.withUnsafeMutableBytes({ try source.read(into: $0) }) == piece.count {}
    }

    private func cutShort() -> UserFacingError { damaged("it ends before its last file does") }

    private func damaged(_ problem: String) -> UserFacingError {
        UserFacingError(path, field: "tar", problem: problem, remedy: "fetch or copy the file again")
    }

    /// An octal number, with spaces or zero bytes around it, of at most 11 digits.
    private static func number(_ field: ArraySlice<UInt8>) -> Int? {
        Int(text(field).trimmingCharacters(in: .whitespaces), radix: 8).flatMap { $0 >= 0 ? $0 : nil }
    }

    private static func text(_ field: ArraySlice<UInt8>) -> String {
        String(decoding: field.prefix { $0 != 0 }, as: UTF8.self)
    }
}
