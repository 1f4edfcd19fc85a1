import Files
import Foundation

/// Writes files into a tar archive, one after the other, and tells where their bytes are.
///
/// The form is POSIX's ustar; a name of more than 100 bytes stands before its file in an entry of its own, as GNU tar writes it.
struct TarArchive {
    private static let block = 512
    private static let longestName = 100

    private let writer: FileWriter
    /// Bytes written so far.
    private(set) var size = 0

    init(_ writer: FileWriter) {
        self.writer = writer
    }

    /// What a file with a name of so many bytes takes, its header and filling included.
    static func space(nameLength: Int, count: Int) -> Int {
        let filled = (count + block - 1) / block * block
        return block + filled + (nameLength > longestName ? 2 * block + nameLength / block * block : 0)
    }

    /// Appends a file.
    ///
    /// - Returns: where its bytes begin.
    mutating func append(_ bytes: UnsafeRawBufferPointer, name: String) throws -> Int {
        let encoded = Array(name.utf8)
        if encoded.count > Self.longestName {
            let text = encoded + [0]
            try write(Self.header(Array("././@LongLink".utf8), count: text.count, kind: UInt8(ascii: "L")))
            try text.withUnsafeBytes { try fill($0) }
        }
        try write(Self.header(Array(encoded.prefix(Self.longestName)), count: bytes.count, kind: UInt8(ascii: "0")))
        let begin = size
        try fill(bytes)
        return begin
    }

    /// Writes the end: two empty blocks.
    mutating func finish() throws {
        try write([UInt8](repeating: 0, count: 2 * Self.block))
    }

    private mutating func write(_ bytes: [UInt8]) throws {
        try bytes.withUnsafeBytes { try writer.write($0) }
        size += bytes.count
    }

    /// Writes bytes and zeros up to the next block.
    private mutating func fill(_ bytes: UnsafeRawBufferPointer) throws {
        try writer.write(bytes)
        size += bytes.count
        try write([UInt8](repeating: 0, count: (Self.block - bytes.count % Self.block) % Self.block))
    }

    private static func header(_ name: [UInt8], count: Int, kind: UInt8) -> [UInt8] {
        var header = [UInt8](repeating: 0, count: block)
        func put(_ bytes: some Collection<UInt8>, at place: Int) {
            header.replaceSubrange(place..<place + bytes.count, with: bytes)
        }
        func octal(_ value: Int, digits: Int) -> [UInt8] {
            let text = String(value, radix: 8)
            return Array((String(repeating: "0", count: max(0, digits - text.count)) + text).utf8)
        }
        put(name, at: 0)
        put(octal(0o644, digits: 7), at: 100)
        put(octal(0, digits: 7), at: 108)
        put(octal(0, digits: 7), at: 116)
        put(octal(count, digits: 11), at: 124)
        put(octal(0, digits: 11), at: 136)
        put([UInt8](repeating: UInt8(ascii: " "), count: 8), at: 148)
        header[156] = kind
        put("ustar\u{0}00".utf8, at: 257)
        let sum = header.reduce(0) { $0 + Int($1) }
        put(octal(sum, digits: 6) + [0], at: 148)
        return header
    }
}
