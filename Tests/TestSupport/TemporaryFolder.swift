import Foundation

/// Gives `body` the path of a new empty folder, which is removed afterwards.
///
/// - Throws: what `body` throws, and Foundation's error when the folder cannot be made.
public func withTemporaryFolder<Result>(_ body: (_ path: String) throws -> Result) throws -> Result {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent("hypersphere-test-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    return try body(folder.path)
}
