import Crypto
@testable import Datasets
import Files
import Foundation
import TestSupport
import Testing

/// RecordIO files of `records/`, which a script wrote from the format's description.
@Suite struct ImageRecordsTests {
    /// Runs `body` with the path of a copy of the fixture's folder.
    private func withCopy(_ body: (String) throws -> Void) throws {
        try withTemporaryFolder { folder in
            try FileManager.default.copyItem(atPath: Fixture.path("records"), toPath: "\(folder)/set")
            try body("\(folder)/set")
        }
    }

    private func change(_ path: String, _ body: (inout [UInt8]) -> Void) throws {
        let url = URL(fileURLWithPath: path)
        var bytes = Array(try Data(contentsOf: url))
        body(&bytes)
        try Data(bytes).write(to: url)
    }

    /// Labels, and the bytes of each image even where the record is in parts.
    @Test(arguments: ["train", "plain"]) func recordsAreThoseThatWereWritten(name: String) throws {
        let index = try Fixture.json("records/index.json")
        let expected = try #require(index[name]?.list)
        let set = try ImageRecords(Fixture.path("records/\(name).rec")).load()
        #expect(set.samples.map { Double($0.label) } == expected.compactMap { $0["label"]?.number })
        #expect(set.classNames == ["0", "1", "2"] && set.name == name)
        var buffer = FileBuffer()
        let digests = try set.samples.map { sample in
            try buffer.withContents(of: sample.path, at: sample.place) { SHA256.hash(data: $0) }
                .map { String(format: "%02x", $0) }.joined()
        }
        #expect(digests == expected.compactMap { $0["digest"]?.text })
        let decoder = ImageDecoder()
        for sample in set.samples {
            let image = try decoder.decode(sample)
            #expect(image.height == 16 && image.width == 20)
        }
    }

    /// Above 2^24 a float32 rounds the borders of identities, so that each image's own label counts.
    @Test func keysThatAFloatCannotHoldAreNotRelied() throws {
        try withCopy { folder in
            let base = 1 << 24
            let lines = try InputFile.text("\(folder)/train.idx").split(separator: "\n").map { line in
                let fields = line.split(separator: "\t").compactMap { Int($0) }
                return "\(fields[0] == 0 ? 0 : fields[0] + base)\t\(fields[1])"
            }
            try Data(lines.joined(separator: "\n").utf8).write(to: URL(fileURLWithPath: "\(folder)/train.idx"))
            // The keys 2^24 + 7 and 2^24 + 10, of which the first is rounded to 2^24 + 8.
            try change("\(folder)/train.rec") { bytes in
                for (place, key) in [(32, base + 7), (36, base + 10)] {
                    withUnsafeBytes(of: Float(key).bitPattern.littleEndian) {
                        bytes.replaceSubrange(place..<place + 4, with: $0)
                    }
                }
            }
            let found = try ImageRecords(folder).load()
            let expected = try ImageRecords(Fixture.path("records")).load()
            #expect(found.samples.map(\.label) == expected.samples.map(\.label) && found.count == 6)
        }
    }

    @Test func aFolderIsTakenByItsUsualName() throws {
        let folder = Fixture.path("records")
        #expect(try ImageRecords(folder).load().count == 6)
        #expect(ImageCollection(of: folder) == .records && ImageCollection(of: "\(folder)/plain.rec") == .records)
        #expect(ImageCollection(of: Fixture.path("images")) == .folder)
        #expect(ImageCollection(of: "\(folder)/index.json") == .csv)
    }

    /// Every record is read, and broken images are named with their place.
    @Test func aCheckReadsEveryRecord() throws {
        try withCopy { folder in
            try change("\(folder)/train.rec") { $0.replaceSubrange(896 + 32..<896 + 36, with: [0, 0, 0, 0]) }
            let splits = try ImageCollection.records.load(folder)
            let report = DatasetCheck(splits).run(threads: 2)
            #expect(
                report.broken.map(\.path) == ["\(folder)/train.rec: record at byte 896"])
            #expect(report.parts[0].images == 6)
        }
    }

    /// Which file is changed, how, and what is said of which file.
    @Test(arguments: [
        ("train.idx", "", "train.idx", "lists no record"),
        ("train.idx", "0\t0\nx\t1\n", "train.idx", "line 2: is no key and offset"),
        ("train.idx", "0\t0\n1\t\n", "train.idx", "line 2: is no key and offset"),
        ("train.idx", "0\t0\n1\t40 7\n", "train.idx", "line 2: is no key and offset"),
        ("train.idx", "0\t0\n-1\t40\n", "train.idx", "line 2: is no key and offset"),
        ("train.idx", "0\t0\n1\t40\n1\t40\n", "train.idx", "line 3: the key 1 stands on line 2 too"),
        ("train.idx", "0\t0\n1\t999999\n", "train.rec", "has 5252 bytes, and "),
        ("train.idx", "0\t4\n", "train.rec", "record at byte 4: no record begins at byte 4"),
        ("train.idx", "0\t0\n1\t40\n", "train.rec", "record at byte 0: says that there is an identity of key 7"),
        (
            "train.idx", "0\t0\n7\t5132\n8\t5172\n9\t5212\n", "train.rec",
            "record at byte 5132: names the image of key 1"
        ),
        ("property", "4,112,112", "property", "classes: are 4, and the records have labels up to 2"),
        ("property", "none", "property", "does not begin with the number of classes"),
    ])
    func isRefused(file: String, text: String, subject: String, problem: String) throws {
        try withCopy { folder in
            try Data(text.utf8).write(to: URL(fileURLWithPath: "\(folder)/\(file)"))
            let error = #expect(throws: UserFacingError.self) { _ = try ImageRecords(folder).load() }
            #expect(
                error?.description.hasPrefix("\(folder)/\(subject): \(problem)") == true, "\(String(describing: error))"
            )
        }
    }

    /// What is written at which byte of `train.rec`, and what is said.
    @Test(arguments: [
        (4, [0xFF, 0xFF, 0xFF, 0x1F], "record at byte 0: the file ends at byte 5252, before the record does"),
        (4, [0, 0, 0, 0x40], "record at byte 0: its parts are out of order"),
        (4, [0, 0, 0, 0x20], "record at byte 0: its first part is empty"),
        (4, [8, 0, 0, 0], "record at byte 0: has 8 bytes, fewer than the 24"),
        (8, [0xFF, 0xFF, 0, 0], "record at byte 0: says that it has 65535 labels"),
        (40 + 12, [0x28, 0x6B, 0xEE, 0x4E], "record at byte 40: has the label 2e+09, expected a whole number from 0"),
        (5212 + 32, [0, 0, 0x80, 0x3F], "record at byte 5212: is the identity of key 9, and has images of another"),
        (32, [0, 0, 0xC0, 0x7F], "record at byte 0: says that identities have the keys from nan below 10.0"),
        (5132 + 32, [0, 0, 0x40, 0x40], "record at byte 5132: is the identity of key 7, which has no image"),
        (5132 + 36, [0, 0, 0x20, 0x41], "record at byte 5132: is the identity of key 7, and its images are not among"),
        (40 + 12, [0, 0, 0xC0, 0x3F], "record at byte 40: has the label 1.5, expected a whole number from 0"),
        (40 + 12, [0, 0, 0x80, 0xBF], "record at byte 40: has the label -1.0"),
    ])
    func aDamagedRecordIsNamed(place: Int, bytes: [UInt8], problem: String) throws {
        try withCopy { folder in
            try change("\(folder)/train.rec") { $0.replaceSubrange(place..<place + bytes.count, with: bytes) }
            let error = #expect(throws: UserFacingError.self) { _ = try ImageRecords(folder).load() }
            #expect(
                error?.description.hasPrefix("\(folder)/train.rec: \(problem)") == true, "\(String(describing: error))")
        }
    }

    /// Cut anywhere, a set is refused or its images are, and nothing traps.
    @Test func aCutFileIsRefusedSomewhere() throws {
        try withCopy { folder in
            let whole = try Data(contentsOf: URL(fileURLWithPath: "\(folder)/plain.rec"))
            let samples = try ImageRecords("\(folder)/plain.rec").load().samples
            for length in stride(from: 0, to: whole.count - 4, by: 7) {
                try whole.prefix(length).write(to: URL(fileURLWithPath: "\(folder)/plain.rec"))
                #expect(throws: UserFacingError.self) {
                    let decoder = ImageDecoder()
                    for sample in samples { _ = try decoder.decode(sample) }
                }
                _ = try? ImageRecords("\(folder)/plain.rec").load()
            }
        }
    }
}
