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
