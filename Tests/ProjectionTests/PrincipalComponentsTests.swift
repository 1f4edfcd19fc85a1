import Files
import Projection
import TestSupport
import Testing
import Torch

/// scikit-learn's `PCA(svd_solver="full")`.
@Suite(.noLeaks) struct PrincipalComponentsTests {
    @Test(arguments: ProjectionFixture.components) func areTheReferences(item: Fixture.Case) throws {
        let rows = try item.tensor("embeddings")
        let expected = try item.tensor("components")
        let found = try PrincipalComponents(of: rows, count: expected.size(0))
        // Two ways to the same eigenvectors, in 64 bits.
        expectEqual(found.mean, try item.tensor("mean"), absolute: 1e-12, "mean")
        expectEqual(found.components, expected, absolute: 1e-10, "components")
        expectEqual(Tensor(found.explainedVariance), try item.tensor("variance"), relative: 1e-11, "variance")
        expectEqual(Tensor(found.explainedVarianceRatio), try item.tensor("ratio"), relative: 1e-11, "ratio")
        expectEqual(found.project(rows), try item.tensor("projected"), absolute: 1e-9, "projected")
    }

    @Test func theFixtureIsThere() {
        #expect(ProjectionFixture.components.count == 4)
    }

    @Test func thirtyTwoBitsStayThirtyTwo() throws {
        let rows = try ProjectionFixture.digits(50)
        let points = try PrincipalComponents(of: rows).project(rows)
        #expect(points.dtype == .float32 && points.shape == [50, 2])
    }

    @Test(arguments: [[1, 3], [5, 1], [2, 4], [6, 3]]) func directionsBeyondTheRankAreZeros(shape: [Int]) throws {
        let rows = Tensor.arange(shape[0] * shape[1]).to(.float32).reshaped(shape)
        let found = try PrincipalComponents(of: rows, count: 4)
        #expect(found.components.shape == [4, shape[1]])
        // All rows lie on one line.
        let lengths = found.components.norm(along: 1).array(of: Double.self)
        #expect(abs(lengths[0] - (shape[0] > 1 ? 1 : 0)) < 1e-12)
        #expect(lengths.dropFirst().allSatisfy { $0 == 0 })
        #expect(found.explainedVariance.dropFirst().allSatisfy { $0 == 0 })
    }

    @Test func whatDoesNotVaryHasNoDirections() throws {
        let rows = Tensor.full([9, 3], 0.1)
        let found = try PrincipalComponents(of: rows)
        #expect(found.explainedVarianceRatio == [0, 0])
        #expect(found.project(rows).array(of: Float.self) == [Float](repeating: 0, count: 18))
    }

    @Test func rowsThatAreNotFiniteAreNamed() throws {
        let rows = Tensor([1, 2, 3, .nan] as [Float], shape: [2, 2])
        let error = #expect(throws: UserFacingError.self) { try PrincipalComponents(of: rows) }
        #expect(error?.field == "row 1")
        #expect(throws: UserFacingError.self) { try PrincipalComponents(of: Tensor.zeros([0, 3])) }
        #expect(throws: UserFacingError.self) { try PrincipalComponents(of: Tensor.zeros([3])) }
    }

    @Test func anotherWidthTraps() async throws {
        let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
            let found = try PrincipalComponents(of: Tensor.arange(12).to(.float32).reshaped([4, 3]))
            _ = found.project(Tensor.zeros([2, 2]))
        }
        expectTrap(result, saying: "PrincipalComponents.project", "expected [N, 3]")
    }
}
