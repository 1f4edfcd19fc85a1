import Files
import Foundation
import TestSupport
import Testing

@Suite struct NewFolderTests {
    private struct Failure: Error {}

    /// What a killed program of the same number has left is in nobody's way.
    @Test func whatWasLeftIsReplaced() throws {
        try withTemporaryFolder { parent in
            let left = "\(parent)/.a.\(ProcessInfo.processInfo.processIdentifier).partial"
            try FileManager.default.createDirectory(atPath: left, withIntermediateDirectories: true)
            try Data([1]).write(to: URL(fileURLWithPath: "\(left)/old"))
            try NewFolder.write("\(parent)/a") { try $0.write(Data([2]), to: "new") }
            #expect(try FileManager.default.contentsOfDirectory(atPath: "\(parent)/a") == ["new"])
            #expect(try FileManager.default.contentsOfDirectory(atPath: parent) == ["a"])
        }
    }

    @Test func aFolderIsWholeOrNotThere() throws {
        try withTemporaryFolder { parent in
            try NewFolder.write("\(parent)/a") { folder in
                try folder.write(Data([1]), to: "b/c")
                #expect(!FileManager.default.fileExists(atPath: "\(parent)/a"))
            }
            #expect(try Data(contentsOf: URL(fileURLWithPath: "\(parent)/a/b/c")) == Data([1]))
            #expect(throws: Failure.self) {
                try NewFolder.write("\(parent)/d") { folder in
                    try folder.write(Data([1]), to: "e")
                    throw Failure()
                }
            }
            #expect(try FileManager.default.contentsOfDirectory(atPath: parent) == ["a"])
        }
    }

    @Test func whatIsThereStays() throws {
        try withTemporaryFolder { parent in
            let error = #expect(throws: UserFacingError.self) { try NewFolder.write(parent) { _ in } }
            #expect(error?.problem == "is there already")
            let missing = #expect(throws: UserFacingError.self) { try NewFolder.write("\(parent)/x/y") { _ in } }
            #expect(missing?.problem == "the folder \(parent)/x does not exist")
        }
    }
}
