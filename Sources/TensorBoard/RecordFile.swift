import Files
import Foundation

/// A file of TFRecords that grows while a run goes on, so that another program may read it meanwhile.
struct RecordFile: ~Copyable {
    let path: String
    private let descriptor: Int32
    private var pending = Data()

    private static let bufferSize = 1 << 16

    /// Creates the file; nil when there is one of that name already.
    init?(creating path: String) throws {
        let descriptor = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o644)
        if descriptor < 0 && errno == EEXIST { return nil }
        guard descriptor >= 0 else { throw UserFacingError(writing: path, code: errno) }
        self.init(descriptor: descriptor, path: path)
    }

    /// Takes over an open file.
    init(descriptor: Int32, path: String) {
        self.descriptor = descriptor
        self.path = path
    }

    deinit {
        close(descriptor)
    }

    /// Appends one record: length, masked check of the length, `data`, masked check of `data`; little endian.
    mutating func append(_ data: Data) throws {
        let length = Self.bytes(UInt64(data.count))
        pending += length + Self.bytes(CRC32C.masked(length)) + data + Self.bytes(CRC32C.masked(data))
        if pending.count >= Self.bufferSize { try flush() }
    }

    /// Hands what was appended to the operating system.
    mutating func flush() throws {
        while !pending.isEmpty {
            let written = pending.withUnsafeBytes { write(descriptor, $0.baseAddress, $0.count) }
            if written < 0 {
                if errno == EINTR { continue }
                throw UserFacingError(writing: path, code: errno)
            }
            pending = Data(pending.dropFirst(written))
        }
    }

    private static func bytes(_ value: some FixedWidthInteger) -> Data {
        withUnsafeBytes(of: value.littleEndian) { Data($0) }
    }
}
