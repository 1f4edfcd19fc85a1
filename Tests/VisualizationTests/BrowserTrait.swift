import Foundation
import Testing

/// Starts one browser for all tests of a suite, and ends it with them.
struct BrowserTrait: SuiteTrait, TestScoping {
    func provideScope(
        for test: Test, testCase: Test.Case?, performing function: @Sendable () async throws -> Void
    ) async throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("browser-\(UUID())")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        try await Browser.$shared.withValue(Browser(folder: folder.path)) { try await function() }
    }
}

extension Trait where Self == BrowserTrait {
    /// One browser, as `Browser.shared`, for all tests of the suite.
    static var browser: Self { Self() }
}
