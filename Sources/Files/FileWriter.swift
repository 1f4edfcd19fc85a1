public import Foundation

/// A file being written by ``AtomicFile``.
public final class FileWriter {
    private let descriptor: Int32
    private let path: String

    init(creating temporary: String, onBehalfOf path: String) throws {
        let descriptor = open(temporary, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o644)
        guard descriptor >= 0 else { throw UserFacingError(writing: path, code: errno) }
        self.descriptor = descriptor
        self.path = path
    }

    /// Appends `data`.
    ///
    /// - Throws: ``UserFacingError`` when the disk is full or fails.
    public func write(_ data: Data) throws {
        try data.withUnsafeBytes { try write($0) }
    }

    /// Appends `bytes`.
    ///
    /// - Throws: ``UserFacingError`` when the disk is full or fails.
    public func write(_ bytes: UnsafeRawBufferPointer) throws {
        var rest = bytes[...]
        while !rest.isEmpty {
            let chunk = UnsafeRawBufferPointer(rebasing: rest)
            // Some systems refuse more than 2 GiB at once.
            let written = Foundation.write(descriptor, chunk.baseAddress, min(chunk.count, 1 << 30))
            if written < 0 {
                if errno == EINTR { continue }
                throw UserFacingError(writing: path, code: errno)
            }
            rest = rest.dropFirst(written)
        }
    }

    /// Writes `data` over the beginning, which has to have been written before; appending goes on at the end.
    ///
    /// - Throws: ``UserFacingError`` when the disk fails.
    public func rewriteBeginning(_ data: Data) throws {
        try data.withUnsafeBytes { bytes in
            var done = 0
            while done < bytes.count {
                let written = pwrite(
                    descriptor, bytes.baseAddress?.advanced(by: done), bytes.count - done, off_t(done))
                if written < 0 {
                    if errno == EINTR { continue }
                    throw UserFacingError(writing: path, code: errno)
                }
                done += written
            }
        }
    }

    deinit {
        close(descriptor)
    }

    /// Waits until all that was written is on the disk, so that a rename never shows an empty file after a crash.
    func finish() throws {
        guard fsync(descriptor) == 0 || errno == EINVAL else { throw UserFacingError(writing: path, code: errno) }
    }
}
