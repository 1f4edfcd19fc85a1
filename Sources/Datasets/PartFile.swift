import Files
import Foundation

/// The beginning of a file that is being downloaded, kept beside the destination.
struct PartFile: Sendable {
    let path: String

    /// Finds the part of an earlier run, or makes an empty one.
    init(for destination: String) throws {
        path = destination + ".part"
        let folder = URL(fileURLWithPath: destination).deletingLastPathComponent()
        // Where this fails, the write below says so in our words.
        try? FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        if !FileManager.default.fileExists(atPath: path) { try AtomicFile.write(Data(), to: path) }
    }

    func size() throws -> Int {
        let handle = try open()
        defer { try? handle.close() }
        return Int(try writing { try handle.seekToEnd() })
    }

    /// Opens the part for appending at its end.
    func open() throws -> FileHandle {
        try writing {
            let handle = try FileHandle(forUpdating: URL(fileURLWithPath: path))
            try handle.seekToEnd()
            return handle
        }
    }

    func append(_ data: Data, to handle: FileHandle) throws {
        try writing { try handle.write(contentsOf: data) }
    }

    func truncate(_ handle: FileHandle) throws {
        guard try writing({ try handle.offset() }) > 0 else { return }
        try writing { try handle.truncate(atOffset: 0) }
    }

    func discard() throws {
        try writing { try FileManager.default.removeItem(atPath: path) }
        try AtomicFile.write(Data(), to: path)
    }

    func place(at destination: String) throws {
        let handle = try open()
        try writing {
            try handle.synchronize()
            try handle.close()
        }
        try AtomicFile.writing(beside: destination) { temporary in
            try writing { try FileManager.default.moveItem(atPath: path, toPath: temporary) }
        }
    }

    private func writing<Result>(_ body: () throws -> Result) throws -> Result {
        do {
            return try body()
        } catch {
            throw UserFacingError(
                path, problem: "cannot be written: no room left, or the disk or its permissions refuse",
                remedy: "free some space or choose another folder; what was there before is unchanged")
        }
    }
}
