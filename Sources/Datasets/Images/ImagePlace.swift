/// Where in a file the bytes of an image are.
public enum ImagePlace: Sendable, Equatable {
    /// All of the file.
    case whole
    /// `count` bytes from `offset` on.
    case bytes(offset: Int, count: Int)
    /// The image in the record of a RecordIO file that begins at `offset`; see ``ImageRecords``.
    case record(offset: Int)
}
