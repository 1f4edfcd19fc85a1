/// Reads little-endian numbers and pieces of bytes in turn, and never past their end.
struct ByteReader {
    let bytes: UnsafeRawBufferPointer
    private(set) var position: Int
    private let end: Int
    private let what: String

    /// Reads `range` of `bytes`, which messages call `what`.
    ///
    /// - Precondition: the range lies within the bytes.
    init(_ bytes: UnsafeRawBufferPointer, _ range: Range<Int>, what: String) {
        precondition(range.lowerBound >= 0 && range.upperBound <= bytes.count, "ByteReader: \(range) of \(bytes.count)")
        self.bytes = bytes
        self.what = what
        position = range.lowerBound
        end = range.upperBound
    }

    var remaining: Int { end - position }

    /// The place of the next `count` bytes.
    mutating func take(_ count: Int) throws(Flaw) -> Range<Int> {
        guard count >= 0, count <= remaining else {
            throw Flaw(what, "ends at byte \(end), where \(count) more are needed after byte \(position)")
        }
        defer { position += count }
        return position..<position + count
    }

    mutating func byte() throws(Flaw) -> UInt8 {
        bytes[try take(1).lowerBound]
    }

    mutating func number<Number: FixedWidthInteger>(_ type: Number.Type = Number.self) throws(Flaw) -> Number {
        let place = try take(MemoryLayout<Number>.size)
        return Number(littleEndian: bytes.loadUnaligned(fromByteOffset: place.lowerBound, as: Number.self))
    }

    /// An unsigned number of 64 bits that counts something.
    mutating func count() throws(Flaw) -> Int {
        let value = try number(UInt64.self)
        guard let count = Int(exactly: value) else { throw Flaw(what, "counts \(value), which is too many") }
        return count
    }

    /// A piece of UTF-8; nil when it is none.
    mutating func text(_ count: Int) throws(Flaw) -> String? {
        let place = try take(count)
        return String(validating: UnsafeRawBufferPointer(rebasing: bytes[place]), as: UTF8.self)
    }

    /// The text up to the end of the line, which is skipped.
    mutating func line() throws(Flaw) -> String {
        let begin = position
        while try byte() != UInt8(ascii: "\n") {}
        let piece = UnsafeRawBufferPointer(rebasing: bytes[begin..<position - 1])
        guard let text = String(validating: piece, as: UTF8.self) else {
            throw Flaw(what, "holds a name that is no text")
        }
        return text
    }
}
