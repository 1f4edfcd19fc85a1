/// Where in a file the bytes of an image are.
public enum ImagePlace: Sendable, Equatable {
    /// All of the file.
    case whole
    /// `count` bytes from `offset` on.
    case bytes(offset: Int, count: Int)
    /// `count` bytes from `offset` on, whose CRC-32 is known.
    case packed(offset: Int, count: Int, checksum: UInt32)
    /// The image in the record of a RecordIO file that begins at `offset`; see ``ImageRecords``.
    case record(offset: Int)
}
