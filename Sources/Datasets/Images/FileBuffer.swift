import Files
import Foundation

/// Reads whole files, one after the other, into memory that is kept.
struct FileBuffer {
    private var bytes: [UInt8] = []

    /// Gives `body` the content of the file at `path`.
    ///
    /// - Throws: `UserFacingError` when it cannot be read, and what `body` throws.
    mutating func withContents<Result>(
        of path: String, _ body: (UnsafeRawBufferPointer) throws -> Result
    ) throws -> Result {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        // Says in the house's words why it cannot be opened.
        guard descriptor >= 0 else { return try InputFile.map(path).withUnsafeBytes(body) }
        defer { close(descriptor) }
        var status = stat()
        guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
            return try InputFile.map(path).withUnsafeBytes(body)
        }
        let size = Int(status.st_size)
        if bytes.count < size { bytes = [UInt8](repeating: 0, count: size + size / 4) }
        return try bytes.withUnsafeMutableBytes { buffer in
            var count = 0
            while count < size {
                let arrived = read(descriptor, buffer.baseAddress?.advanced(by: count), size - count)
                if arrived < 0 && errno == EINTR { continue }
                guard arrived >= 0 else {
                    throw UserFacingError(
                        path, problem: "cannot be read: \(String(cString: strerror(errno)))",
                        remedy: "check the disk or copy the file again")
                }
                if arrived == 0 { break }
                count += arrived
            }
            return try body(UnsafeRawBufferPointer(rebasing: buffer[..<count]))
        }
    }
}
