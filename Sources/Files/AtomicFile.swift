public import Foundation

/// Writes files that are whole or not there at all.
///
/// The bytes go to a hidden file beside the destination, reach the disk, and only then take the destination's name. When
/// anything fails, the hidden file is removed and what stood at the destination before is still there.
public enum AtomicFile {
    /// Replaces the file at `path` by `contents`.
    ///
    /// - Throws: ``UserFacingError`` that names `path` when the folder is missing or not writable, or the disk is full.
    public static func write(_ contents: Data, to path: String) throws {
        try write(to: path) { try $0.write(contents) }
    }

    /// Replaces the file at `path` by `text`, in UTF-8.
    ///
    /// - Throws: ``UserFacingError`` that names `path` when the folder is missing or not writable, or the disk is full.
    public static func write(_ text: String, to path: String) throws {
        try write(Data(text.utf8), to: path)
    }

    /// Replaces the file at `path` by what `body` writes, piece by piece.
    ///
    /// - Throws: what `body` throws, and ``UserFacingError`` when the folder is missing or not writable, or the disk is
    ///   full.
    public static func write(to path: String, _ body: (FileWriter) throws -> Void) throws {
        try writing(beside: path) { temporary in
            let writer = try FileWriter(creating: temporary, onBehalfOf: path)
            try body(writer)
            try writer.finish()
        }
    }

    /// Lets `body` write a file at a temporary path, for libraries that only take a path, then moves it to `path`.
    ///
    /// - Throws: what `body` throws, and ``UserFacingError`` when the file cannot take its name.
    public static func writing(beside path: String, _ body: (_ temporary: String) throws -> Void) throws {
        let url = URL(fileURLWithPath: path)
        let temporary = url.deletingLastPathComponent()
            .appendingPathComponent(".\(url.lastPathComponent).\(ProcessInfo.processInfo.processIdentifier)\(ending)")
            .path
        do {
            try body(temporary)
            guard rename(temporary, path) == 0 else { throw UserFacingError(writing: path, code: errno) }
        } catch {
            unlink(temporary)
            throw error
        }
    }

    /// Removes from folders what killed processes have left of files that they were writing.
    public static func removeUnfinished(in folders: String...) {
        for folder in folders {
            for name in (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
            where name.hasPrefix(".") && name.hasSuffix(ending) { unlink("\(folder)/\(name)") }
        }
    }

    private static let ending = ".partial"
}
