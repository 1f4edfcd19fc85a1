import Files
import Foundation

/// A file that is open to be read at any place.
final class OpenFile {
    let path: String
    /// Bytes in the file when it was opened.
    let size: Int
    private let descriptor: Int32

    /// - Throws: `UserFacingError` that names `path` when it is missing, a folder or unreadable.
    init(_ path: String) throws {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        var status = stat()
        guard descriptor >= 0, fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
            if descriptor >= 0 { close(descriptor) }
            // Says in the house's words why it cannot be opened.
            _ = try InputFile.map(path)
            throw UserFacingError(path, problem: "is no plain file", remedy: "copy what it holds to a file")
        }
        self.path = path
        self.descriptor = descriptor
        size = Int(status.st_size)
    }

    deinit {
        close(descriptor)
    }

    /// Fills `buffer` with the bytes from `offset` on.
    ///
    /// - Throws: `UserFacingError` when the disk fails or the file ends before.
    func read(into buffer: UnsafeMutableRawBufferPointer, from offset: Int) throws {
        var count = 0
        while count < buffer.count {
            let arrived = pread(
                descriptor, buffer.baseAddress?.advanced(by: count), buffer.count - count, off_t(offset + count))
            if arrived < 0 && errno == EINTR { continue }
            guard arrived > 0 else {
                throw UserFacingError(
                    path,
                    problem: arrived < 0
                        ? "cannot be read: \(String(cString: strerror(errno)))" : "became shorter while it was read",
                    remedy: "check the disk or copy the file again")
            }
            count += arrived
        }
    }
}
