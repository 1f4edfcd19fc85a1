import Files
import Foundation
import Testing

/// A folder of its own, removed afterwards.
func withScratchFolder<Result>(_ body: (String) throws -> Result) throws -> Result {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent("datasets-\(UUID().uuidString)").path
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(atPath: folder) }
    return try body(folder)
}

/// Expects `body` to be refused in one line that has `parts` in this order.
func expectRefusal(
    _ parts: String..., sourceLocation: SourceLocation = #_sourceLocation, _ body: () throws -> Void
) {
    let error = #expect(throws: UserFacingError.self, sourceLocation: sourceLocation) { try body() }
    guard let line = error?.description else { return }
    #expect(!line.contains("\n"), sourceLocation: sourceLocation)
    #expect(error?.remedy.isEmpty == false, sourceLocation: sourceLocation)
    var rest = line[...]
    for part in parts {
        guard let range = rest.range(of: part) else {
            Issue.record("expected \"\(part)\" in \"\(line)\"", sourceLocation: sourceLocation)
            return
        }
        rest = rest[range.upperBound...]
    }
}

func bytes(_ base64: String) throws -> Data {
    try #require(Data(base64Encoded: base64))
}
