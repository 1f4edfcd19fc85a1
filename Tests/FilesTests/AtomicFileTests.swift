import Files
import Foundation
import Testing
import TestSupport

@Suite struct AtomicFileTests {
    @Test func whatKilledProcessesHaveLeftIsRemoved() throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("unfinished-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        for name in [".last.safetensors.123.partial", "last.safetensors", ".hidden"] {
            try Data().write(to: folder.appendingPathComponent(name))
        }
        AtomicFile.removeUnfinished(in: folder.path, "\(folder.path)/none")
        #expect(
            try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted() == [
                ".hidden", "last.safetensors",
            ])
    }

    private struct Stop: Error {}

    private func names(in folder: String) throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: folder).sorted()
    }

    @Test func writesAndReplaces() throws {
        try withTemporaryFolder { folder in
            let path = "\(folder)/a.txt"
            try AtomicFile.write("first, and longer", to: path)
            try AtomicFile.write(Data("second".utf8), to: path)
            #expect(try InputFile.text(path) == "second")
            try AtomicFile.write(to: path) { file in
                for part in ["in ", "", "parts"] { try file.write(Data(part.utf8)) }
            }
            #expect(try InputFile.text(path) == "in parts")
            try AtomicFile.write("", to: path)
            #expect(try InputFile.text(path) == "")
            #expect(try names(in: folder) == ["a.txt"])
        }
    }

    @Test func aBodyThatThrowsLeavesTheOldFile() throws {
        try withTemporaryFolder { folder in
            let path = "\(folder)/a.txt"
            try AtomicFile.write("old", to: path)
            #expect(throws: Stop.self) {
                try AtomicFile.write(to: path) { file in
                    try file.write(Data("new".utf8))
                    // What is not finished stands beside the old file, hidden.
                    #expect(try InputFile.text(path) == "old")
                    #expect(try names(in: folder).allSatisfy { $0 == "a.txt" || $0.hasPrefix(".a.txt.") })
                    throw Stop()
                }
            }
            #expect(try InputFile.text(path) == "old")
            #expect(try names(in: folder) == ["a.txt"])
            #expect(throws: Stop.self) {
                try AtomicFile.writing(beside: path) { temporary in
                    try Data("new".utf8).write(to: URL(fileURLWithPath: temporary))
                    throw Stop()
                }
            }
            #expect(try InputFile.text(path) == "old")
            #expect(try names(in: folder) == ["a.txt"])
        }
    }

    @Test func aLibraryMayWriteThePathItself() throws {
        try withTemporaryFolder { folder in
            let path = "\(folder)/a.txt"
            try AtomicFile.writing(beside: path) { temporary in
                #expect(temporary.hasSuffix(".partial"))
                try Data("new".utf8).write(to: URL(fileURLWithPath: temporary))
            }
            #expect(try InputFile.text(path) == "new")
            #expect(try names(in: folder) == ["a.txt"])
        }
    }

    @Test func aLibraryThatWritesNothingIsAnError() throws {
        try withTemporaryFolder { folder in
            #expect(throws: UserFacingError.self) { try AtomicFile.writing(beside: "\(folder)/a.txt") { _ in } }
            let left = try names(in: folder)
            #expect(left.isEmpty)
        }
    }

    @Test(arguments: ["none/a.txt", "file/a.txt"]) func aFolderThatIsNotThereIsNamed(name: String) throws {
        try withTemporaryFolder { folder in
            try AtomicFile.write("a file, not a folder", to: "\(folder)/file")
            let path = "\(folder)/\(name)"
            let error = try #require(throws: UserFacingError.self) { try AtomicFile.write("new", to: path) }
            #expect(error.subject == path)
            #expect(error.problem.contains(URL(fileURLWithPath: path).deletingLastPathComponent().path))
            #expect(try names(in: folder) == ["file"])
        }
    }

    @Test(.enabled(if: getuid() != 0, "the superuser may write anywhere")) func aFolderThatMayNotBeWrittenToIsNamed()
        throws
    {
        try withTemporaryFolder { folder in
            try AtomicFile.write("old", to: "\(folder)/a.txt")
            #expect(chmod(folder, 0o500) == 0)
            defer { _ = chmod(folder, 0o700) }
            let error = try #require(throws: UserFacingError.self) {
                try AtomicFile.write("new", to: "\(folder)/a.txt")
            }
            #expect(error.subject == "\(folder)/a.txt" && error.problem.contains(folder))
            #expect(try InputFile.text("\(folder)/a.txt") == "old")
        }
    }

    @Test func aFolderOfTheSameNameIsLeftAlone() throws {
        try withTemporaryFolder { folder in
            try FileManager.default.createDirectory(atPath: "\(folder)/a.txt", withIntermediateDirectories: false)
            try FileManager.default.createDirectory(atPath: "\(folder)/a.txt/b", withIntermediateDirectories: false)
            let error = try #require(throws: UserFacingError.self) {
                try AtomicFile.write("new", to: "\(folder)/a.txt")
            }
            #expect(error.subject == "\(folder)/a.txt")
            #expect(try names(in: folder) == ["a.txt"])
        }
    }

    /// A limit on the size of files stands in for a full disk, in a process of its own.
    @Test func aFullDiskLeavesTheOldFile() async {
        await #expect(processExitsWith: .success) {
            try withTemporaryFolder { folder in
                let path = "\(folder)/a.txt"
                try AtomicFile.write("old", to: path)
                // Without this the system would end the process instead of refusing to write.
                signal(SIGXFSZ, SIG_IGN)
                // RLIMIT_FSIZE is 1 on Linux and macOS alike, but of a Swift type of its own on each.
                let greatestFileSize = 1 as UInt32
                var limit = rlimit()
                #expect(getrlimit(.init(greatestFileSize), &limit) == 0)
                let before = limit
                limit.rlim_cur = 4096
                #expect(setrlimit(.init(greatestFileSize), &limit) == 0)
                let outcome = Result { try AtomicFile.write(Data(count: 1 << 20), to: path) }
                limit = before
                #expect(setrlimit(.init(greatestFileSize), &limit) == 0)
                let error = try #require(throws: UserFacingError.self) { try outcome.get() }
                #expect(error.subject == path && error.problem == "no room left to write it")
                #expect(try InputFile.text(path) == "old")
                #expect(try FileManager.default.contentsOfDirectory(atPath: folder) == ["a.txt"])
            }
        }
    }
}
