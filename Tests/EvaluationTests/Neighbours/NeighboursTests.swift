@testable import Evaluation
import Files
import Testing
import TestSupport
import Torch

/// Neighbours of `retrieval.safetensors`: NumPy's in float64, which scikit-learn's are equal to.
@Suite(.noLeaks) struct NeighboursTests {
    @Test func theFixtureIsThere() {
        #expect(RetrievalFixture.neighbours.count >= 24)
    }

    @Test(arguments: RetrievalFixture.neighbours) func idsValuesAndTiesAreTheReferences(item: Fixture.Case) throws {
        let embeddings = try item.tensor("embeddings")
        let count = try item.integer("k")
        let found =
            item.has("gallery")
            ? try Neighbours(of: embeddings, in: item.tensor("gallery"), count: count, metric: item.metric())
            : try Neighbours(within: embeddings, count: count, metric: item.metric())
        #expect(found.count == count)
        expectEqual(
            Tensor(found.indices, shape: [found.queryCount, count]), try item.tensor("neighbours"), "neighbours")
        // One rounding of sums in another order.
        expectEqual(
            Tensor(found.values, shape: [found.queryCount, count]), try item.tensor("values"), relative: 1.2e-7,
            "values")
        #expect(found.tieCount == (try item.integer("ties")))
    }

    @Test func moreThanTheGalleryHoldsIsAllOfIt() throws {
        let gallery = Tensor([1, 0, 0, 1] as [Float], shape: [2, 2])
        let found = try Neighbours(of: gallery, in: gallery, count: 10)
        #expect(found.count == 2)
        #expect(found.indices == [0, 1, 1, 0])
        #expect(found.values == [1, 0, 1, 0])
    }

    @Test func oneAloneHasNoNeighbour() throws {
        let found = try Neighbours(within: Tensor([1, 2] as [Float], shape: [1, 2]), count: 3)
        #expect(found.indices == [-1])
        #expect(found.values[0].isNaN)
        #expect(found[0].isEmpty)
        #expect(found.tieCount == 0)
    }

    @Test func noQueryHasNoNeighbours() throws {
        let found = try Neighbours(of: .zeros([0, 4]), in: .ones([3, 4]), count: 2)
        #expect(found.queryCount == 0)
        #expect(found.indices.isEmpty && found.values.isEmpty)
    }

    @Test func aDuplicateOfAQueryIsFoundAndTheQueryIsNot() throws {
        let rows = Tensor([1, 1, 2, 0, 1, 1, 1, 1] as [Float], shape: [4, 2])
        let found = try Neighbours(within: rows, count: 2, metric: .euclidean)
        #expect(found.indices == [2, 3, 0, 2, 0, 3, 0, 2])
        #expect(found.values[..<2] == [0, 0])
    }

    @Test func theValueOfADuplicateIsTheSameWhereverItStands() throws {
        // Widths and places at which blocks of products end differently.
        for width in [1, 3, 17, 100] {
            var generator = SystemRandomNumberGenerator()
            let row = Tensor.normal([1, width], using: &generator)
            let gallery = Tensor.concatenated([Tensor](repeating: row, count: 1500))
            let found = try Neighbours(of: .normal([3, width], using: &generator), in: gallery, count: 700)
            #expect(found.indices == (0..<3).flatMap { _ in Int64(0)..<700 })
            #expect(found.tieCount == 3 * 700)
        }
    }

    @Test func tinyAndHugeEmbeddingsKeepTheirOrder() throws {
        let shape = [4, 2]
        let directions: [Float] = [1, 0, 1, 0.25, 1, 1, 0, 1]
        for scale in [Float(1e-40), 1e-20, 1e14] {
            let rows = Tensor(directions.map { $0 * scale }, shape: shape)
            let found = try Neighbours(of: rows[0..<1], in: rows, count: 4)
            #expect(found.indices == [0, 1, 2, 3], "scale \(scale)")
        }
        for scale in [Float(1e-30), 1e14] {
            let rows = Tensor(directions.map { $0 * scale }, shape: shape)
            #expect(try Neighbours(of: rows[0..<1], in: rows, count: 4, metric: .euclidean).indices == [0, 1, 2, 3])
        }
    }

    @Test func otherTypesAreComparedAsNumbersOf32Bits() throws {
        var generator = SystemRandomNumberGenerator()
        let rows = Tensor.normal([30, 8], using: &generator).to(.bfloat16)
        let expected = try Neighbours(within: rows.to(.float32), count: 5)
        #expect(try Neighbours(within: rows, count: 5) == expected)
        #expect(try Neighbours(within: rows.to(.float64), count: 5) == expected)
    }

    @Test(arguments: [Float.nan, .infinity, -.infinity, 2e15]) func whatIsNotFiniteIsNamed(value: Float) throws {
        let rows = Tensor([1, 2, 3, value, 5, 6], shape: [3, 2])
        let error = #expect(throws: UserFacingError.self) {
            _ = try Neighbours(of: .ones([1, 2]), in: rows, count: 1)
        }
        #expect(error?.subject == "gallery")
        #expect(error?.field == "row 1")
    }

    @Test func sizesThatDoNotFitAreTold() throws {
        let widths = #expect(throws: UserFacingError.self) {
            _ = try Neighbours(of: .ones([1, 2]), in: .ones([1, 3]), count: 1)
        }
        #expect(widths?.problem == "2 numbers an embedding, and 3 in the gallery")
        let nothing = #expect(throws: UserFacingError.self) {
            _ = try Neighbours(of: .ones([1, 2]), in: .ones([0, 2]), count: 1)
        }
        #expect(nothing?.subject == "gallery")
        let flat = #expect(throws: UserFacingError.self) { _ = try Neighbours(within: .ones([4]), count: 1) }
        #expect(flat?.field == "shape")
    }

    @Test func noneToFindTraps() async {
        let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
            _ = try Neighbours(within: .ones([4, 2]), count: 0)
        }
        expectTrap(result, saying: "Neighbours(count: 0", "at least 1")
    }
}
