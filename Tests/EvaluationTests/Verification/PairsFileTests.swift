import Evaluation
import Files
import Foundation
import Testing
import TestSupport

@Suite struct PairsFileTests {
    private func pairs(_ text: String) throws -> PairsFile {
        try withTemporaryFolder { folder in
            try AtomicFile.write(text, to: "\(folder)/pairs.txt")
            return try PairsFile("\(folder)/pairs.txt")
        }
    }

    /// Lines of the published list, shortened to one pair of each kind a fold.
    private static let published = """
        2\t1
        Abel_Pacheco\t1\t4
        Abdel_Madi_Shabneh\t1\tDean_Barkley\t1
        Akhmed_Zakayev\t1\t3
        Abel_Pacheco\t1\tJean-Pierre_Raffarin\t12

        """

    @Test(arguments: [
        published, published.replacing("\t", with: "  "), "\u{FEFF}" + published.replacing("\n", with: "\r\n"),
    ])
    func thePublishedFormIsRead(text: String) throws {
        let file = try pairs(text)
        #expect(file.folds == 2)
        #expect(file.pairs.isSame == [true, false, true, false])
        #expect(file.pairs.first == [0, 2, 4, 0])
        #expect(file.pairs.second == [1, 3, 5, 6])
        #expect(
            file.images.map { $0.path() } == [
                "Abel_Pacheco/Abel_Pacheco_0001.jpg", "Abel_Pacheco/Abel_Pacheco_0004.jpg",
                "Abdel_Madi_Shabneh/Abdel_Madi_Shabneh_0001.jpg", "Dean_Barkley/Dean_Barkley_0001.jpg",
                "Akhmed_Zakayev/Akhmed_Zakayev_0001.jpg", "Akhmed_Zakayev/Akhmed_Zakayev_0003.jpg",
                "Jean-Pierre_Raffarin/Jean-Pierre_Raffarin_0012.jpg",
            ])
        #expect(file.images.first?.path(fileExtension: "png") == "Abel_Pacheco/Abel_Pacheco_0001.png")
    }

    @Test func oneNumberInTheHeaderIsOneFold() throws {
        let file = try pairs("2\nA 1 2\nA 1 3\nA 1 B 1\nA 2 B 10000\n")
        #expect(file.folds == 1)
        #expect(file.images.last?.path() == "B/B_10000.jpg")
    }

    @Test(arguments: [
        ("", nil, "is empty"),
        ("ten 300\n", "line 1", "the number of folds is \"ten\""),
        ("10 0\n", "line 1", "the number of pairs is \"0\""),
        ("10 300 1\n", "line 1", "expected one or two numbers, got 3 words"),
        ("10 300\n", nil, "has 0 pairs, its first line says 10 x 2 x 300"),
        ("1\nA 1 2\n", nil, "has 1 pairs, its first line says 1 x 2 x 1"),
        ("9223372036854775807 9223372036854775807\nA 1 2\n", nil, "has 1 pairs"),
        ("1\n\nA 1 2\nA 1\n", "line 4", "got 2"),
        ("1\nA 1 2\nA 1 B C 3\n", "line 3", "got 5"),
        ("1\nA 1 x\nA 1 B 2\n", "line 2", "the number of the image is \"x\""),
        ("1\nA 1 -2\nA 1 B 2\n", "line 2", "\"-2\""),
        ("1\nA 1 1\nA 1 B 2\n", "line 2", "pairs an image with itself"),
        ("1\nA 1 2\nA 1 A 2\n", "line 3", "both names are A"),
        ("2 1\nA 1 2\nA 1 3\nA 1 B 1\nA 1 B 2\n", "line 2", "of the 2 pairs of fold 1, which begins here, 2 are"),
    ]) func otherFormsAreRefusedWithTheirLine(text: String, field: String?, problem: String) {
        let error = #expect(throws: UserFacingError.self) { try pairs(text) }
        #expect(error?.field == field)
        #expect(error?.problem.contains(problem) == true, "\(error?.description ?? "")")
        #expect(error?.subject.hasSuffix("pairs.txt") == true)
    }

    @Test func someFoldsKeepTheirPairsAndImages() throws {
        let text = "3\t1\na\t1\t2\na\t1\tb\t1\nc\t1\t2\nc\t1\td\t1\ne\t1\t2\na\t2\te\t1\n"
        try withTemporaryFolder { folder in
            try Data(text.utf8).write(to: URL(fileURLWithPath: "\(folder)/pairs.txt"))
            let list = try PairsFile("\(folder)/pairs.txt")
            let kept = try #require(list.keeping(folds: [1, 3]))
            #expect(kept.folds == 2 && kept.images.map { "\($0.name)\($0.number)" } == ["a1", "a2", "b1", "e1", "e2"])
            #expect(
                kept.pairs
                    == VerificationPairs(
                        first: [0, 0, 3, 1], second: [1, 2, 4, 3], isSame: [true, false, true, false]))
            #expect(list.keeping(folds: [1, 2, 3]) == list)
            #expect(
                list.keeping(folds: []) == nil && list.keeping(folds: [0]) == nil && list.keeping(folds: [4]) == nil)
        }
    }

    @Test func aFileThatIsMissingIsNamed() {
        let error = #expect(throws: UserFacingError.self) { try PairsFile("nowhere/pairs.txt") }
        #expect(error?.subject == "nowhere/pairs.txt")
    }
}
