import Crypto
import Datasets
import Files
import Foundation
import TestSupport
import Testing

/// Archives and their content are those of `Tools/reference/cifar.py`, made by Python's tarfile and NumPy.
@Suite struct CIFARTests {
    static let data = ProcessInfo.processInfo.environment["HYPERSPHERE_DATA"]

    private func withArchive(_ set: CIFAR, _ body: (_ folder: String, _ archive: String) throws -> Void) throws {
        try withScratchFolder { folder in
            let archive = "\(folder)/\(set.archive.name)"
            try FileManager.default.copyItem(atPath: Fixture.path("cifar/\(set.archive.name)"), toPath: archive)
            try body(folder, archive)
        }
    }

    private func expect(_ set: ImageDataset, _ name: String, _ part: String, labels key: String = "labels") throws {
        let expected = try #require(Fixture.json("cifar/index.json")[name]?[part])
        #expect(set.name == "\(name)/\(part)" && set.channels == 3 && set.height == 32 && set.width == 32)
        #expect(set.labels.map { .integer(Int($0)) } == expected[key]?.list)
        #expect(digest(set) == expected["pixels"]?.text)
    }

    @Test(arguments: CIFAR.allCases) func readsTheArchive(set: CIFAR) throws {
        try withArchive(set) { folder, _ in
            let splits = try set.load(directory: folder)
            try expect(splits.train, set.rawValue, "train")
            try expect(splits.test, set.rawValue, "test")
            #expect(
                splits.train.classNames
                    == (0..<(set == .cifar10 ? 10 : 100)).map { set == .cifar10 ? "thing \($0)" : "fine \($0)" })
            #expect(try FileManager.default.contentsOfDirectory(atPath: folder).count == 1)
        }
    }

    @Test func coarseLabelsAreTheFirst() throws {
        try withArchive(.cifar100) { folder, _ in
            let splits = try CIFAR.cifar100.load(directory: folder, labels: .coarse)
            try expect(splits.train, "cifar100", "train", labels: "coarse")
            #expect(splits.test.classNames.count == 20 && splits.test.classNames[19] == "coarse 19")
        }
    }

    @Test(arguments: CIFAR.allCases, [false, true]) func readsExtractedFiles(set: CIFAR, isBeside: Bool) throws {
        try withArchive(set) { folder, archive in
            try run("tar", "-xzf", archive, "-C", folder)
            try FileManager.default.removeItem(atPath: archive)
            let name = set == .cifar10 ? "cifar-10-batches-bin" : "cifar-100-binary"
            let splits = try set.load(directory: isBeside ? folder : "\(folder)/\(name)")
            try expect(splits.train, set.rawValue, "train")
            try expect(splits.test, set.rawValue, "test")
        }
    }

    @Test func withoutNamesTheClassesAreNumbers() throws {
        try withArchive(.cifar100) { folder, archive in
            try run("tar", "-xzf", archive, "-C", folder, "--exclude=*.txt")
            #expect(try CIFAR.cifar100.load(directory: folder).train.classNames == (0..<100).map(String.init))
        }
    }

    @Test func namesWhatIsMissing() throws {
        try withScratchFolder { folder in
            expectRefusal(
                "\(folder): cifar100: it lacks train.bin, test.bin; fetch the set with --download, or put",
                "cifar-100-binary.tar.gz"
            ) { _ = try CIFAR.cifar100.load(directory: folder) }
        }
    }

    @Test(arguments: [
        ("test_batch.bin", Data(), "test_batch.bin: size: expected records of 3073 bytes, got 0 bytes; put"),
        ("test_batch.bin", Data(count: 3072), "size: expected records of 3073 bytes, got 3072 bytes; put"),
        (
            "data_batch_3.bin", Data(count: 3073) + [10] + Data(count: 3072),
            "data_batch_3.bin: label 1: expected 0 to 9"
        ),
        ("batches.meta.txt", Data("a\nb\n".utf8), "batches.meta.txt: class names: expected 10, got 2; put"),
    ])
    func wrongFilesAreRefused(name: String, content: Data, problem: String) throws {
        try withArchive(.cifar10) { folder, archive in
            try run("tar", "-xzf", archive, "-C", folder)
            try content.write(to: URL(fileURLWithPath: "\(folder)/cifar-10-batches-bin/\(name)"))
            expectRefusal(problem) { _ = try CIFAR.cifar10.load(directory: folder) }
        }
    }

    @Test func damagedArchivesAreRefused() throws {
        try withArchive(.cifar10) { folder, archive in
            let whole = try Data(InputFile.map(archive))
            let tar = try Gzip.decompress(whole, limit: 1 << 20, path: "x")
            var header = tar
            header[512 + 10] ^= 1
            var end = whole
            end[whole.count - 6] ^= 1
            let cases: [(Data, String)] = [
                (whole.prefix(1000), "gzip: it ends after 1000 bytes"), (end, "gzip: it is damaged"),
                (tar, "gzip: it is not compressed"),
                (Gzip.compress(tar.prefix(5000)), "tar: it ends before its last file does; fetch"),
                (Gzip.compress(tar.prefix(700)), "tar: it ends before its last file does; fetch"),
                (Gzip.compress(header), "tar: a file's header in it is damaged; fetch"),
                (Gzip.compress(Data(count: 1024)), "it lacks data_batch_1.bin; fetch"),
            ]
            for (content, problem) in cases {
                try content.write(to: URL(fileURLWithPath: archive))
                expectRefusal(archive, problem) { _ = try CIFAR.cifar10.load(directory: folder) }
            }
        }
    }

    @Test func downloadsTheArchiveOnce() throws {
        let content = try Data(InputFile.map(Fixture.path("cifar/cifar-10-binary.tar.gz")))
        let server = try TestServer(content, [.normal])
        defer { server.stop() }
        try withScratchFolder { folder in
            // The fixture is not the whole set, so that its checksum has to be refused.
            let mirror = server.url.deletingLastPathComponent()
            expectRefusal("cifar-10-binary.tar.gz", "wrong checksum: expected md5 c32a1d4ab5d03f1284b67883e8d87530") {
                try CIFAR.cifar10.download(to: folder, from: mirror)
            }
            #expect(server.ranges == [nil])
        }
    }

    /// The first 500 images of each official file; unpacking all takes a quarter of a minute.
    ///
    /// python: a = [numpy.frombuffer(lzma.open(name).read(3073 * 500), "u1").reshape(500, 3073) for name in names];
    /// numpy.bincount(a[:, 0]); hashlib.sha256(a[:, 1:].reshape(-1, 3, 32, 32).transpose(0, 2, 3, 1).tobytes())
    @Test(.enabled(if: data != nil, "set HYPERSPHERE_DATA to the folder that contains cifar10/"))
    func officialFilesAreRead() throws {
        let source = try #require(Self.data) + "/cifar10"
        try withScratchFolder { folder in
            try FileManager.default.copyItem(
                atPath: "\(source)/batches.meta.txt", toPath: "\(folder)/batches.meta.txt")
            for name in CIFAR.cifar10.trainFiles + [CIFAR.cifar10.testFile] {
                try run(
                    "sh", "-c", #"xz -dc "$0" 2>/dev/null | head -c 1536500 > "$1""#, "\(source)/\(name).xz",
                    "\(folder)/\(name)")
            }
            let splits = try CIFAR.cifar10.load(directory: folder)
            let counts = [splits.train, splits.test].map { part in
                (0..<10).map { label in part.labels.count { $0 == label } }
            }
            #expect(counts[0] == [248, 275, 232, 245, 264, 232, 238, 264, 259, 243])
            #expect(counts[1] == [57, 41, 51, 49, 40, 48, 54, 47, 57, 56])
            #expect(splits.train.labels.prefix(5) == [6, 9, 9, 4, 1])
            #expect(digest(splits.train) == "f273402f11ee75c7dd2c63fc0aaae8fb348ac57f75cf1ff2ee7238d2fa5b4800")
            #expect(digest(splits.test) == "8f2427926825821b6e0de483aa537ca1419ff2a5b82cc5e436d5dfc50e85cc7a")
            #expect(
                splits.train.classNames == [
                    "airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck",
                ])
        }
    }

    private func digest(_ set: ImageDataset) -> String {
        SHA256.hash(data: set.pixels).map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
    }

    private func run(_ words: String...) throws {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = words
        try process.run()
        process.waitUntilExit()
        try #require(process.terminationStatus == 0)
    }
}
