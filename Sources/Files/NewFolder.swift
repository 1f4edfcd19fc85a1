public import Foundation

/// Writes a folder of files that is whole or not there at all.
public struct NewFolder {
    private let path: String

    /// Makes a folder and puts into it what `body` writes; it takes its name when all of it is there.
    ///
    /// - Throws: what `body` throws, and ``UserFacingError`` when there is something at `path` already, the folder that is to hold it is
    ///   missing or not writable, or the disk is full.
    public static func write(_ path: String, _ body: (NewFolder) throws -> Void) throws {
        let url = URL(fileURLWithPath: path)
        guard !FileManager.default.fileExists(atPath: path) else {
            throw UserFacingError(path, problem: "is there already", remedy: "name a folder that is not, or remove it")
        }
        let temporary = url.deletingLastPathComponent()
            .appendingPathComponent(".\(url.lastPathComponent).\(ProcessInfo.processInfo.processIdentifier).partial")
            .path
        // In a container every run may have one number, and one that was killed leaves its folder.
        try? FileManager.default.removeItem(atPath: temporary)
        guard mkdir(temporary, 0o777) == 0 else { throw UserFacingError(writing: path, code: errno) }
        do {
            try body(NewFolder(path: temporary))
            // Once for all files: a rename must not show empty ones after a crash.
            sync()
            guard rename(temporary, path) == 0 else { throw UserFacingError(writing: path, code: errno) }
        } catch {
            try? FileManager.default.removeItem(atPath: temporary)
            throw error
        }
    }

    /// Writes a file; folders on its way are made.
    ///
    /// - Parameters:
    ///   - contents: what the file shall hold.
    ///   - name: its path below the folder.
    /// - Throws: ``UserFacingError`` when the disk is full.
    public func write(_ contents: Data, to name: String) throws {
        try writer(of: name).write(contents)
    }

    /// A file to be written piece by piece; folders on its way are made.
    ///
    /// - Parameter name: its path below the folder.
    /// - Throws: ``UserFacingError`` when it cannot be made.
    public func writer(of name: String) throws -> FileWriter {
        let file = "\(path)/\(name)"
        try? FileManager.default.createDirectory(
            atPath: (file as NSString).deletingLastPathComponent, withIntermediateDirectories: true)
        return try FileWriter(creating: file, onBehalfOf: file)
    }
}
