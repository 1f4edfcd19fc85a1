public import Foundation

/// A file being written by ``AtomicFile``.
public final class FileWriter {
    private let descriptor: Int32
    private let path: String

    init(creating temporary: String, onBehalfOf path: String) throws {
        let descriptor = open(temporary, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o644)
        guard descriptor >= 0 else { throw Self.systemError(errno, path: path) }
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
            let written = Foundation.write(descriptor, chunk.baseAddress, chunk.count)
            if written < 0 {
                if errno == EINTR { continue }
                throw Self.systemError(errno, path: path)
            }
            rest = rest.dropFirst(written)
        }
    }

    deinit {
        close(descriptor)
    }

    /// Waits until all that was written is on the disk, so that a rename never shows an empty file after a crash.
    func finish() throws {
        guard fsync(descriptor) == 0 || errno == EINVAL else { throw Self.systemError(errno, path: path) }
    }

    static func systemError(_ code: Int32, path: String) -> UserFacingError {
        let folder = URL(fileURLWithPath: path).deletingLastPathComponent().path
        let problem: String
        let remedy: String
        switch code {
        case ENOSPC, EDQUOT, EFBIG:
            problem = "no room left to write it"
            remedy = "free some space or choose another folder; nothing was changed"
        case EACCES, EPERM, EROFS:
            problem = "the folder \(folder) cannot be written to"
            remedy = "choose a folder that you may write to"
        case ENOENT, ENOTDIR:
            problem = "the folder \(folder) does not exist"
            remedy = "create it or choose another one"
        case EISDIR:
            problem = "there is a folder of that name"
            remedy = "choose another file name"
        default:
            problem = "cannot be written: \(String(cString: strerror(code)))"
            remedy = "choose another place"
        }
        return UserFacingError(path, problem: problem, remedy: remedy)
    }
}
