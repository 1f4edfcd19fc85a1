import CZlib

/// A number that tells whether bytes are still what they were.
enum CyclicRedundancyCheck {
    /// The CRC-32 of gzip and PNG, by zlib.
    static func sum(_ bytes: UnsafeRawBufferPointer) -> UInt32 {
        var sum = CZlib.crc32(0, nil, 0)
        var rest = bytes[...]
        while !rest.isEmpty {
            let piece = UnsafeRawBufferPointer(rebasing: rest.prefix(1 << 30))
            sum = CZlib.crc32(sum, piece.bindMemory(to: UInt8.self).baseAddress, UInt32(piece.count))
            rest = rest.dropFirst(piece.count)
        }
        return UInt32(sum)
    }
}
