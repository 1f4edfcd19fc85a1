import Evaluation
import Files
import Foundation
import TestSupport
import Testing
import Torch

/// Templates of `templates.safetensors`, by NumPy one template at a time.
@Suite(.noLeaks) struct EmbeddingTemplatesTests {
    private static let cases = (try? Fixture("templates"))?.cases ?? []

    private func list(_ item: Fixture.Case) throws -> TemplateList {
        TemplateList(
            templates: try item.tensor("templates").array(of: Int.self),
            media: try item.tensor("media").array(of: Int.self),
            weights: try item.tensor("weights").array(of: Double.self))
    }

    @Test func theFixtureIsThere() {
        #expect(Self.cases.count == 6)
    }

    /// Sums of a few numbers of 64 bits in another order.
    @Test(arguments: cases) func directionsAreTheReferences(item: Fixture.Case) throws {
        let found = try EmbeddingTemplates(item.tensor("embeddings"), list: list(item), named: "x")
        #expect(found.numbers == (try item.tensor("numbers").array(of: Int.self)))
        expectEqual(found.directions, try item.tensor("directions"), absolute: 1e-14, relative: 0)
        let inSingle = try EmbeddingTemplates(item.tensor("embeddings").to(.float32), list: list(item), named: "x")
        // The inputs are numbers of 32 bits, so nothing is lost.
        expectEqual(inSingle.directions, found.directions)
    }

    @Test(arguments: cases) func pairsAreComparedByCosine(item: Fixture.Case) throws {
        let found = try EmbeddingTemplates(item.tensor("embeddings"), list: list(item), named: "x")
        let count = found.numbers.count
        let lines = (0..<count).flatMap { row in
            (0..<count).map { "\(found.numbers[row]) \(found.numbers[$0]) \(row == $0 ? 1 : 0)\n" }
        }
        try withTemporaryFolder { folder in
            try Data(lines.joined().utf8).write(to: URL(fileURLWithPath: "\(folder)/pairs.txt"))
            let pairs = try found.pairs("\(folder)/pairs.txt")
            #expect(pairs.isSame.count { $0 } == count && pairs.count == count * count)
            expectEqual(
                Tensor(try pairs.cosines(of: found.directions)), try item.tensor("cosines").flattened(),
                absolute: 1e-14, relative: 0)
        }
    }

    private func with(_ texts: [String: String], _ body: (String) throws -> Void) throws {
        try withTemporaryFolder { folder in
            for (name, text) in texts { try Data(text.utf8).write(to: URL(fileURLWithPath: "\(folder)/\(name)")) }
            try body(folder)
        }
    }

    @Test func filesAreRead() throws {
        let texts = [
            "list.txt": "a b.jpg\t1 2\r\n\nx 17  -3 \n".replacing("a b.jpg", with: "a.jpg"),
            "q.txt": "a 1 2 0.5\nx 1\n",
        ]
        try with(texts) { folder in
            let list = try TemplateList("\(folder)/list.txt", quality: "\(folder)/q.txt")
            #expect(list == TemplateList(templates: [1, 17], media: [2, -3], weights: [0.5, 1]))
        }
    }

    @Test(arguments: [
        ("", "1", "list.txt: lists no image"), ("a 1\n", "1", "list.txt: line 1: is no image with"),
        ("a 1 2\nb x 2\n", "1", "list.txt: line 2: is no image with"),
        ("a 1 2\n", "a -1\n", "q.txt: line 1: does not end in a score from 0"),
        ("a 1 2\n", "a nan\n", "q.txt: line 1: does not end in a score from 0"),
        ("a 1 2\n", "1\n1\n", "q.txt: has 2 scores for the 1 images of "),
    ])
    func listsAreRefused(list: String, quality: String, problem: String) throws {
        try with(["list.txt": list, "q.txt": quality]) { folder in
            let error = #expect(throws: UserFacingError.self) {
                _ = try TemplateList("\(folder)/list.txt", quality: "\(folder)/q.txt")
            }
            #expect(error?.description.hasPrefix("\(folder)/\(problem)") == true, "\(String(describing: error))")
        }
    }

    @Test(arguments: [
        ("", "lists no pair"), ("1 2\n", "line 1: is no pair of templates"), ("1 2 2\n", "line 1: is no pair of"),
        ("1 2 1\n1 3 0\n", "line 2: names the template 3, of which there is no image"),
    ])
    func pairsAreRefused(text: String, problem: String) throws {
        let list = TemplateList(templates: [1, 2], media: [1, 1], weights: [1, 1])
        let templates = try EmbeddingTemplates(.ones([2, 3]), list: list, named: "x")
        try with(["pairs.txt": text]) { folder in
            let error = #expect(throws: UserFacingError.self) { _ = try templates.pairs("\(folder)/pairs.txt") }
            #expect(error?.description.hasPrefix("\(folder)/pairs.txt: \(problem)") == true)
        }
    }

    @Test func embeddingsThatDoNotFitAreRefused() {
        let list = TemplateList(templates: [5, 5], media: [1, 2], weights: [1, 1])
        let short = #expect(throws: UserFacingError.self) {
            _ = try EmbeddingTemplates(.ones([3, 2]), list: list, named: "x.npy")
        }
        #expect(short?.description.hasPrefix("x.npy: shape: is [3, 2], and templates are told of 2 images") == true)
        let zero = #expect(throws: UserFacingError.self) {
            _ = try EmbeddingTemplates(Tensor([1, 2, -1, -2] as [Float], shape: [2, 2]), list: list, named: "x.npy")
        }
        #expect(zero?.description.hasPrefix("x.npy: template 5: comes to zero") == true)
    }
}
