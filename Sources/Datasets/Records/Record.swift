import Files
import Foundation

/// One record of a RecordIO file, MXNet's container, with the header that its image records have.
///
/// A record is a magic number, a word with the length and, in its upper three bits, whether this is all (0) or the first (1), a
/// middle (2) or the last part (3) of what was cut where the magic number stood in it; then the bytes, filled up to four. An image record
/// begins with a count, a label of 32 bits, two numbers of 64 bits that say which it is, and as many labels as the count says,
/// which then stand for the first.
struct Record {
    static let magic: UInt32 = 0xCED7_230A

    /// The labels: the one of the header, or those that follow it.
    let labels: [Float]

    /// Whether nothing follows the labels.
    let isBare: Bool

    private let content: [UInt8]
    private let imageStart: Int

    /// What follows the labels: an image file.
    var image: ArraySlice<UInt8> { content[imageStart...] }

    private static let headerSize = 24
    private static let greatestLabelCount = 1 << 16
    /// As many labels as are read with a header; of more, all of the record is.
    private static let usualLabelCount = 64

    /// Reads the record that begins at `offset`.
    ///
    /// - Parameters:
    ///   - file: the RecordIO file.
    ///   - offset: where the record begins.
    ///   - headerOnly: whether to stop after the labels, so that there is no image.
    /// - Throws: `UserFacingError` that names the file and the byte when there is no record, or it is cut short.
    init(in file: OpenFile, at offset: Int, headerOnly: Bool = false) throws {
        func flaw(_ problem: String) -> UserFacingError {
            UserFacingError(
                file.path, field: "record at byte \(offset)", problem: problem,
                remedy: "get the file and its index again")
        }
        func words(at place: Int, count: Int) throws -> [UInt32] {
            guard place >= 0, place <= file.size, 4 * count <= file.size - place else {
                throw flaw("the file ends at byte \(file.size), before the record does")
            }
            var words = [UInt32](repeating: 0, count: count)
            try words.withUnsafeMutableBytes { try file.read(into: $0, from: place) }
            return words.map(UInt32.init(littleEndian:))
        }
        var content: [UInt8] = []
        var place = offset
        while true {
            let head = try words(at: place, count: 2)
            guard head[0] == Self.magic else { throw flaw("no record begins at byte \(place)") }
            let (part, length) = (head[1] >> 29, Int(head[1] & (1 << 29 - 1)))
            guard content.isEmpty ? part < 2 : part == 2 || part == 3 else {
                throw flaw("its parts are out of order at byte \(place)")
            }
            guard length <= file.size - place - 8 else {
                throw flaw("the file ends at byte \(file.size), before the record does")
            }
            if part > 1 { content += withUnsafeBytes(of: Self.magic.littleEndian, Array.init) }
            let wanted = headerOnly ? min(length, Self.headerSize + 4 * Self.usualLabelCount) : length
            let begin = content.count
            guard begin + wanted <= FileBuffer.greatestCount else {
                throw flaw("has more than \(FileBuffer.greatestCount) bytes, more than an image can have")
            }
            content += [UInt8](repeating: 0, count: wanted)
            try content.withUnsafeMutableBytes {
                try file.read(into: UnsafeMutableRawBufferPointer(rebasing: $0[begin...]), from: place + 8)
            }
            place += 8 + (length + 3) & ~3
            // A part that is empty would let the file say that it begins anew.
            if part == 0 || part == 3 || (headerOnly && content.count >= Self.headerSize) { break }
            if content.isEmpty { throw flaw("its first part is empty") }
        }
        guard content.count >= Self.headerSize else {
            throw flaw("has \(content.count) bytes, fewer than the \(Self.headerSize) of an image record's header")
        }
        let (count, label) = content.withUnsafeBytes { bytes in
            (
                Int(UInt32(littleEndian: bytes.loadUnaligned(as: UInt32.self))),
                Float(bitPattern: UInt32(littleEndian: bytes.loadUnaligned(fromByteOffset: 4, as: UInt32.self)))
            )
        }
        if headerOnly && count > Self.usualLabelCount {
            self = try Record(in: file, at: offset)
            return
        }
        guard count <= Self.greatestLabelCount, 4 * count <= content.count - Self.headerSize else {
            throw flaw("says that it has \(count) labels, which do not fit into its \(content.count) bytes")
        }
        labels =
            count == 0
            ? [label]
            : content.withUnsafeBytes { bytes in
                (0..<count).map { index in
                    Float(
                        bitPattern: UInt32(
                            littleEndian: bytes.loadUnaligned(
                                fromByteOffset: Self.headerSize + 4 * index, as: UInt32.self)))
                }
            }
        imageStart = Self.headerSize + 4 * count
        isBare = imageStart == content.count
        self.content = content
    }
}
