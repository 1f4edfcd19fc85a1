import Files
import Foundation

/// The files of a CIFAR set, in a folder or in the official archive.
struct CIFARFiles {
    private let set: CIFAR
    private let directory: String
    private let folder: String
    // Nil where the files lie in the folder.
    private let archived: [String: [UInt8]]?

    /// Looks for the files in `directory`, in the archive's own folder below it, then for the archive.
    ///
    /// - Throws: `UserFacingError` that names the folder and what is missing, or the archive when it is damaged.
    init(_ set: CIFAR, directory: String) throws {
        self.set = set
        self.directory = directory
        let archive = "\(directory)/\(set.archive.name)"
        if let folder = Self.folder(of: set, in: directory) {
            self.folder = folder
            archived = nil
        } else if FileManager.default.fileExists(atPath: archive) {
            folder = archive
            archived = try Self.unpack(archive)
        } else {
            folder = directory
            archived = nil
            throw lacks(Self.needed(set).filter { !FileManager.default.fileExists(atPath: "\(directory)/\($0)") })
        }
    }

    /// Whether the files or the archive are in `directory`; it is not opened.
    static func arePresent(_ set: CIFAR, in directory: String) -> Bool {
        folder(of: set, in: directory) != nil
            || FileManager.default.fileExists(atPath: "\(directory)/\(set.archive.name)")
    }

    private static func needed(_ set: CIFAR) -> [String] { set.trainFiles + [set.testFile] }

    private static func folder(of set: CIFAR, in directory: String) -> String? {
        [directory, "\(directory)/\(set.archiveFolder)"].first { folder in
            needed(set).allSatisfy { FileManager.default.fileExists(atPath: "\(folder)/\($0)") }
        }
    }

    /// The path, for messages, and the content of the file called `name`; nil where there is none.
    func contents(of name: String) throws -> (path: String, bytes: [UInt8])? {
        let path = "\(folder)/\(name)"
        if let archived { return archived[name].map { (path, $0) } }
        guard FileManager.default.fileExists(atPath: path) else { return nil }
        return (path, [UInt8](try InputFile.map(path)))
    }

    /// The error of files that are missing.
    func lacks(_ names: [String]) -> UserFacingError {
        UserFacingError(
            archived == nil ? directory : folder, field: set.rawValue,
            problem: "it lacks \(names.joined(separator: ", "))",
            remedy: "fetch the set with --download, or put \(set.archive.name) or its files there")
    }

    private static func unpack(_ path: String) throws -> [String: [UInt8]] {
        let data = try InputFile.map(path)
        guard Gzip.isCompressed(data) else {
            throw UserFacingError(path, field: "gzip", problem: "it is not compressed", remedy: "fetch the file again")
        }
        var reader = TarReader(GzipReader(data, path: path), path: path)
        var files: [String: [UInt8]] = [:]
        while let entry = try reader.next() {
            let name = URL(fileURLWithPath: entry.name).lastPathComponent
            if name.hasSuffix(".bin") || name.hasSuffix(".txt") { files[name] = try reader.contents(of: entry) }
        }
        return files
    }
}
