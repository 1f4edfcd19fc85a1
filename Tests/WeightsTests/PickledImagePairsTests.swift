import Files
import Foundation
import TestSupport
import Testing
import Weights

/// Verification sets of `records/`, written by several Pythons' pickles.
@Suite struct PickledImagePairsTests {
    @Test(arguments: ["pairs_4", "pairs_5", "pairs_old", "pairs_arrays"])
    func imagesAndAnswersAreThoseThatWereWritten(name: String) throws {
        let path = Fixture.path("records/\(name).bin")
        let list = try PickledImagePairs(path)
        let index = try Fixture.json("records/index.json")
        let expected = try #require(index["pairs"])
        #expect(list.isSame == expected["isSame"]?.list?.compactMap(\.bool))
        // The one form whose images are known to be right by their digests is compared with the others byte by byte.
        let data = try Data(contentsOf: URL(fileURLWithPath: path))
        let first = try PickledImagePairs(Fixture.path("records/pairs_4.bin"))
        let reference = try Data(contentsOf: URL(fileURLWithPath: Fixture.path("records/pairs_4.bin")))
        #expect(list.images.map { data.subdata(in: $0) } == first.images.map { reference.subdata(in: $0) })
        #expect(list.images.count == 8 && list.images.allSatisfy { data[$0].starts(with: [0xFF, 0xD8]) })
        #expect(list.images.allSatisfy { data[$0].suffix(2) == Data([0xFF, 0xD9]) })
    }

    /// Images in a pickle stay where they are, however large they are together.
    @Test func imagesMayBeMoreThanAPickle() throws {
        try withTemporaryFolder { folder in
            let path = "\(folder)/large.bin"
            try Data().write(to: URL(fileURLWithPath: path))
            let file = try #require(FileHandle(forWritingAtPath: path))
            let size: UInt32 = 150 << 20
            let bytes = Data([0x42]) + withUnsafeBytes(of: size.littleEndian) { Data($0) }
            // The list of two images, which are holes of the file, and that of one answer.
            try file.write(contentsOf: Data([0x80, 4, 0x5D, 0x28]) + bytes)
            try file.seek(toOffset: 9 + UInt64(size))
            try file.write(contentsOf: bytes)
            try file.seek(toOffset: 14 + 2 * UInt64(size))
            try file.write(contentsOf: Data([0x65, 0x5D, 0x88, 0x61, 0x86, 0x2E]))
            try file.close()
            let list = try PickledImagePairs(path)
            #expect(list.images.map(\.count) == [150 << 20, 150 << 20] && list.isSame == [true])
        }
    }

    @Test(arguments: [
        ("bad_encoded", "image 0: is not held as bytes; get it again, or write it with a newer Python"),
        ("bad_count", "pickle: has 7 images for 4 answers, expected two for each"),
        ("bad_empty", "pickle: has 0 images for 0 answers"),
        ("bad_code", "holds builtins.print, which is Python code; none of it was run"),
        ("bad_answers", "answer 1: is neither true nor false"),
        ("bad_form", "pickle: is no pair of a list of images and a list of answers"),
        ("plain.idx", "pickle: "),
    ])
    func isRefused(name: String, problem: String) {
        let path = Fixture.path("records/\(name.contains(".") ? name : name + ".bin")")
        let error = #expect(throws: UserFacingError.self) { _ = try PickledImagePairs(path) }
        #expect(error?.description.hasPrefix("\(path): \(problem)") == true, "\(String(describing: error))")
    }

    @Test func everyCutIsRefused() throws {
        let whole = try Data(contentsOf: URL(fileURLWithPath: Fixture.path("records/pairs_4.bin")))
        try withTemporaryFolder { folder in
            let path = "\(folder)/cut.bin"
            for length in stride(from: 0, to: whole.count, by: 11) {
                try whole.prefix(length).write(to: URL(fileURLWithPath: path))
                #expect(throws: UserFacingError.self) { _ = try PickledImagePairs(path) }
            }
        }
    }
}
