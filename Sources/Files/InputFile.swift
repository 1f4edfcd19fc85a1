public import Foundation

/// Reads files with errors that say what to do.
public enum InputFile {
    /// The bytes of the file at `path`, mapped rather than copied where the system can.
    ///
    /// - Throws: ``UserFacingError`` that names `path` when it is missing, a folder or unreadable.
    public static func map(_ path: String) throws -> Data {
        try read(path, options: .alwaysMapped)
    }

    /// The text of the UTF-8 file at `path`.
    ///
    /// - Throws: ``UserFacingError`` that names `path` when it is missing, a folder, unreadable or not UTF-8.
    public static func text(_ path: String) throws -> String {
        guard let text = String(data: try read(path, options: []), encoding: .utf8) else {
            throw UserFacingError(path, problem: "is not UTF-8 text", remedy: "save it as UTF-8")
        }
        return text
    }

    private static func read(_ path: String, options: Data.ReadingOptions) throws -> Data {
        var isFolder: ObjCBool = false
        guard FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) else {
            throw UserFacingError(path, problem: "does not exist", remedy: "check the path")
        }
        guard !isFolder.boolValue else {
            throw UserFacingError(path, problem: "is a folder", remedy: "name a file in it")
        }
        do {
            return try Data(contentsOf: URL(fileURLWithPath: path), options: options)
        } catch {
            throw UserFacingError(
                path, problem: "cannot be read", remedy: "check its permissions with ls -l")
        }
    }
}
