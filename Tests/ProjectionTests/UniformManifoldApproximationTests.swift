import Files
import Projection
import TestSupport
import Testing
import Torch

@Suite(.noLeaks) struct UniformManifoldApproximationTests {
    /// umap-learn 0.5.12 reaches 0.9894, 0.9916 and 0.9908 with seeds 0, 1 and 2:
    /// `trustworthiness(x, umap.UMAP(random_state=seed).fit_transform(x))` for `x = load_digits().data[:1000]`.
    @Test func digitsKeepTheirNeighbours() throws {
        let rows = try ProjectionFixture.digits(1000)
        let points = try UniformManifoldApproximation().project(rows)
        let found = try NeighbourhoodPreservation(of: points, embeddings: rows)
        #expect(found.trustworthiness > 0.9908 - 0.005, "\(found)")
    }

    @Test func theSeedAloneDecides() throws {
        let rows = try ProjectionFixture.digits(300)
        let threads = Engine.threadCount
        defer { Engine.threadCount = threads }
        func points(_ count: Int, seed: UInt64) throws -> [Float] {
            Engine.threadCount = count
            return try UniformManifoldApproximation(iterations: 30, seed: seed).project(rows).array()
        }
        let first = try points(1, seed: 3)
        #expect(try points(1, seed: 3) == first)
        #expect(try points(2, seed: 3) == first)
        #expect(try points(5, seed: 3) == first)
        #expect(try points(2, seed: 4) != first)
    }

    @Test(arguments: ProjectionFixture.edges.indices) func edgesStayFinite(index: Int) throws {
        let rows = ProjectionFixture.edges[index].rows()
        let neighbours = min(15, rows.size(0) - 1)
        let points = try UniformManifoldApproximation(neighbours: neighbours, iterations: 50).project(rows)
        #expect(points.shape == [rows.size(0), 2] && points.isAllFinite, "\(ProjectionFixture.edges[index].name)")
        #expect(points.standardDeviation().item() > 0)
    }

    /// Groups without an edge between them begin where their principal components lie, not at chance: those on a line stay in order.
    @Test func partsOfTheGraphKeepTheirPlaces() throws {
        let group = try ProjectionFixture.digits(20)
        let rows = Tensor.concatenated((0..<6).map { group + 1000 * Double($0) })
        let points = try UniformManifoldApproximation(neighbours: 8, iterations: 2).project(rows)
        let places = points.reshaped([6, 20, 2]).mean(along: [1]).selected(0, along: 1).array(of: Float.self)
        #expect(places == places.sorted())
    }

    @Test func moreEmbeddingsMoveLessOften() {
        let projection = UniformManifoldApproximation()
        #expect(projection.iterations(among: 10_000) == 500)
        #expect(projection.iterations(among: 30_000) == 300)
        #expect(UniformManifoldApproximation(iterations: 7).iterations(among: 30_000) == 7)
    }

    @Test func tooFewAndNotFiniteAreRefused() throws {
        let few = #expect(throws: UserFacingError.self) {
            try UniformManifoldApproximation().project(Tensor.zeros([15, 2]))
        }
        #expect(few?.description.contains("is 15, too few for 15 neighbours of each; ask for 14 or fewer") == true)
        #expect(throws: UserFacingError.self) {
            try UniformManifoldApproximation(neighbours: 2).project(Tensor.zeros([3, 2]))
        }
        #expect(throws: UserFacingError.self) {
            try UniformManifoldApproximation(neighbours: 2).project(Tensor.full([5, 2], .nan))
        }
    }

    @Test func progressIsToldAndMayEndTheWork() throws {
        let rows = try ProjectionFixture.digits(20)
        var told: [Int] = []
        _ = try UniformManifoldApproximation(neighbours: 5, iterations: 7).project(rows) { told.append($0) }
        #expect(told == Array(1...7))
        #expect(throws: Stopped.self) {
            try UniformManifoldApproximation(neighbours: 5).project(rows) { _ in throw Stopped() }
        }
    }

    @Test func settingsThatMakeNoSenseTrap() async {
        let few = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
            _ = UniformManifoldApproximation(neighbours: 1)
        }
        expectTrap(few, saying: "neighbours: 1")
        let other = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
            _ = UniformManifoldApproximation(minimumDistance: 2)
        }
        expectTrap(other, saying: "minimumDistance: 2")
    }
}
