import Files
import Foundation

/// Reads images, one after the other, into memory that is kept.
struct FileBuffer {
    /// More bytes than any image that can be decoded has.
    static let greatestCount = 1 << 31

    private var bytes: [UInt8] = []
    /// The file of several images that was read last.
    private var shared: OpenFile?

    /// Gives `body` the bytes of an image.
    ///
    /// - Throws: `UserFacingError` that names the file when it cannot be read or is cut short, and what `body` throws.
    mutating func withContents<Result>(
        of path: String, at place: ImagePlace = .whole, _ body: (UnsafeRawBufferPointer) throws -> Result
    ) throws -> Result {
        switch place {
        case .whole:
            let file = try OpenFile(path)
            try read(file, from: 0, count: file.size)
            return try bytes.withUnsafeBytes { try body(UnsafeRawBufferPointer(rebasing: $0[..<file.size])) }
        case .bytes(let offset, let count):
            try read(opened(path), from: offset, count: count)
            return try bytes.withUnsafeBytes { try body(UnsafeRawBufferPointer(rebasing: $0[..<count])) }
        case .packed(let offset, let count, let checksum):
            try read(opened(path), from: offset, count: count)
            return try bytes.withUnsafeBytes { buffer in
                let image = UnsafeRawBufferPointer(rebasing: buffer[..<count])
                guard CyclicRedundancyCheck.sum(image) == checksum else {
                    throw UserFacingError(
                        path, field: "image at byte \(offset)", problem: "is not what was packed: its checksum differs",
                        remedy: "check the disk, and pack or copy the set again")
                }
                return try body(image)
            }
        case .record(let offset):
            let record = try Record(in: opened(path), at: offset)
            return try record.image.withUnsafeBytes(body)
        }
    }

    private mutating func opened(_ path: String) throws -> OpenFile {
        if let shared, shared.path == path { return shared }
        let file = try OpenFile(path)
        shared = file
        return file
    }

    private mutating func read(_ file: OpenFile, from offset: Int, count: Int) throws {
        guard offset >= 0, count >= 0, offset <= file.size, count <= file.size - offset else {
            throw UserFacingError(
                file.path, problem: "has \(file.size) bytes, and \(count) are needed after byte \(offset)",
                remedy: "get the file and its index again")
        }
        guard count <= Self.greatestCount else {
            throw UserFacingError(
                file.path, problem: "has \(count) bytes, more than an image can have",
                remedy: "look at what it is: file \(file.path)")
        }
        if bytes.count < count { bytes = [UInt8](repeating: 0, count: count + count / 4) }
        try bytes.withUnsafeMutableBytes { buffer in
            try file.read(into: UnsafeMutableRawBufferPointer(rebasing: buffer[..<count]), from: offset)
        }
    }
}
