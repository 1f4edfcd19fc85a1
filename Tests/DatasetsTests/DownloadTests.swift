import Datasets
import Files
import Foundation
import Testing

@Suite(.serialized, .timeLimit(.minutes(1))) struct DownloadTests {
    static let content = Data((0..<300_000).map { UInt8($0 % 251) })
    // python3: hashlib.md5(bytes(i % 251 for i in range(300_000))).hexdigest(), and sha256
    static let md5 = Checksum.md5("34fadf2975834e9a357ec41d3e6df067")
    static let sha256 = Checksum.sha256("3c65ea93424a9c362fec0e3a69ea36031e8a358441479dd665cc6110eabe7b08")

    private func with(
        _ modes: TestServer.Mode..., body: (_ server: TestServer, _ path: String, _ download: Download) throws -> Void
    ) throws {
        // The server takes one mode at least and repeats the last.
        let server = try TestServer(Self.content, modes)
        defer { server.stop() }
        try withScratchFolder { folder in
            let path = folder + "/sub/file.gz"
            try FileManager.default.createDirectory(atPath: folder + "/sub", withIntermediateDirectories: true)
            try body(server, path, Download(server.url, to: path, checksum: Self.md5, attempts: 3, firstDelay: 0.01))
        }
    }

    private func expectPlaced(_ path: String) throws {
        #expect(try InputFile.map(path) == Self.content)
        #expect(
            try FileManager.default.contentsOfDirectory(atPath: (path as NSString).deletingLastPathComponent) == [
                "file.gz"
            ])
    }

    @Test func fetchesOnceAndTellsProgress() throws {
        try with(.normal) { server, path, download in
            let seen = Progress()
            try download.run { seen.note($0, $1) }
            try expectPlaced(path)
            #expect(seen.last.received == 300_000 && seen.last.total == 300_000)
            try download.run()
            #expect(server.ranges == [nil])
            let other = Download(server.url, to: path + ".2", checksum: Self.sha256)
            try other.run()
            #expect(try InputFile.map(path + ".2") == Self.content)
        }
    }

    @Test func makesTheFolder() throws {
        try with(.normal) { server, path, _ in
            let deeper = path + "/a/b/file.gz"
            try Download(server.url, to: deeper, checksum: Self.md5).run()
            try expectPlaced(deeper)
        }
    }

    @Test func goesOnAfterABreak() throws {
        try with(.breaksHalfway, .normal) { server, path, download in
            try download.run()
            try expectPlaced(path)
            #expect(server.ranges == [nil, "bytes=150000-"])
        }
    }

    @Test func goesOnInTheNextRun() throws {
        try with(.normal) { server, path, download in
            try Self.content.prefix(1000).write(to: URL(fileURLWithPath: path + ".part"))
            try download.run()
            try expectPlaced(path)
            #expect(server.ranges == ["bytes=1000-"])
        }
    }

    @Test func startsAgainWhereTheServerIgnoresRanges() throws {
        try with(.ignoresRange) { server, path, download in
            try Data(repeating: 1, count: 1000).write(to: URL(fileURLWithPath: path + ".part"))
            try download.run()
            try expectPlaced(path)
            #expect(server.ranges == ["bytes=1000-"])
        }
    }

    @Test(arguments: [1000, 300_000, 400_000]) func startsAgainAfterAForeignPart(count: Int) throws {
        try with(.normal) { server, path, download in
            try Data(repeating: 1, count: count).write(to: URL(fileURLWithPath: path + ".part"))
            try download.run()
            try expectPlaced(path)
            #expect(server.ranges == ["bytes=\(count)-", nil])
        }
    }

    @Test func placesAPartThatIsWhole() throws {
        try with(.normal) { _, path, download in
            try Self.content.write(to: URL(fileURLWithPath: path + ".part"))
            try download.run()
            try expectPlaced(path)
        }
    }

    static let refusals: [(mode: TestServer.Mode, problem: String, remedy: String, requests: Int)] = [
        (.missing, "the server answered 404", "fetch it elsewhere", 1),
        (.fails, "the server answered 503", "try again later", 3),
        (.breaksHalfway, "the connection broke after", "it goes on from there", 3),
        (.wrongContent, "wrong checksum: expected md5 34fadf", "fetch it elsewhere", 1),
    ]

    @Test(arguments: refusals.indices) func refusesAndLeavesWhatWasThere(index: Int) throws {
        let (mode, problem, remedy, requests) = Self.refusals[index]
        try with(mode) { server, path, download in
            try AtomicFile.write("before", to: path)
            expectRefusal(server.url.absoluteString, path, problem, remedy) { try download.run() }
            #expect(try InputFile.text(path) == "before")
            #expect(server.ranges.count == requests)
        }
    }

    @Test func refusesAServerThatIsNotThere() throws {
        try with(.normal) { server, path, download in
            server.stop()
            expectRefusal(server.url.absoluteString, path, "cannot be reached", "check the network") {
                try download.run()
            }
        }
    }

    @Test func refusesOtherSchemesAndBadFolders() throws {
        let file = try #require(URL(string: "file:///etc/hosts"))
        expectRefusal("file:///etc/hosts: address", "expected http or https", "web server") {
            try Download(file, to: "x", checksum: Self.md5).run()
        }
        try with(.normal) { server, path, _ in
            try AtomicFile.write("before", to: path)
            let inFile = path + "/file.gz"
            expectRefusal(inFile, "does not exist", "create it or choose another") {
                try Download(server.url, to: inFile, checksum: Self.md5).run()
            }
            #expect(try InputFile.text(path) == "before")
        }
    }

    @Test(.enabled(if: FileManager.default.fileExists(atPath: "/dev/full"), "needs /dev/full, a device without room"))
    func refusesWithoutRoom() throws {
        try with(.normal) { _, path, download in
            try AtomicFile.write("before", to: path)
            try FileManager.default.createSymbolicLink(atPath: path + ".part", withDestinationPath: "/dev/full")
            expectRefusal(path + ".part", "no room left", "free some space") { try download.run() }
            #expect(try InputFile.text(path) == "before")
        }
    }
}

/// The last progress that was told.
private final class Progress: @unchecked Sendable {
    private let lock = NSLock()
    private var value: (received: Int, total: Int?) = (0, nil)

    var last: (received: Int, total: Int?) { lock.withLock { value } }

    func note(_ received: Int, _ total: Int?) {
        lock.withLock { value = (received, total) }
    }
}
