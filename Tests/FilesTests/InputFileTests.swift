import Files
import Foundation
import Testing
import TestSupport

@Suite struct InputFileTests {
    private func error(_ path: String, _ read: (String) throws -> Void) throws -> UserFacingError {
        let error = try #require(throws: UserFacingError.self) { try read(path) }
        #expect(error.subject == path && !error.remedy.isEmpty)
        return error
    }

    @Test func readsWhatIsThere() throws {
        try withTemporaryFolder { folder in
            let path = "\(folder)/ä b.txt"
            let bytes = Data((0...255).map { UInt8($0) })
            try bytes.write(to: URL(fileURLWithPath: path))
            #expect(try InputFile.map(path) == bytes)
            try Data("Grüße\n中心".utf8).write(to: URL(fileURLWithPath: path))
            #expect(try InputFile.text(path) == "Grüße\n中心")
            try Data().write(to: URL(fileURLWithPath: path))
            #expect(try InputFile.map(path).isEmpty)
            #expect(try InputFile.text(path) == "")
        }
    }

    @Test func saysWhatIsWrong() throws {
        try withTemporaryFolder { folder in
            for read in [{ _ = try InputFile.map($0) }, { _ = try InputFile.text($0) }] as [(String) throws -> Void] {
                #expect(try error("\(folder)/none", read).problem == "does not exist")
                #expect(try error("\(folder)/none/a", read).problem == "does not exist")
                #expect(try error("", read).problem == "does not exist")
                #expect(try error(folder, read).problem == "is a folder")
            }
            let path = "\(folder)/latin.txt"
            try Data([0x47, 0x72, 0xFC]).write(to: URL(fileURLWithPath: path))
            #expect(try error(path) { _ = try InputFile.text($0) }.problem == "is not UTF-8 text")
        }
    }

    @Test(.enabled(if: getuid() != 0, "the superuser may read everything")) func saysThatAFileMayNotBeRead() throws {
        try withTemporaryFolder { folder in
            let path = "\(folder)/secret"
            try Data([1]).write(to: URL(fileURLWithPath: path))
            #expect(chmod(path, 0) == 0)
            #expect(try error(path) { _ = try InputFile.map($0) }.problem == "cannot be read")
        }
    }
}
