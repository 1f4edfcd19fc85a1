import Evaluation
import Files
import Testing
import TestSupport
import Torch

@Suite(.noLeaks) struct UnknownScorerTests {
    private static let galleries = VerificationFixture.cases("gallery")
    private static let logits = VerificationFixture.cases("logits")

    @Test func theFixtureIsThere() {
        #expect(Self.galleries.count >= 6)
        #expect(Self.logits.count >= 4)
    }

    @Test(arguments: galleries, EmbeddingDistance.allCases)
    func distancesAreScikitLearns(item: Fixture.Case, distance: EmbeddingDistance) throws {
        let (gallery, samples) = (try item.tensor("gallery"), try item.tensor("samples"))
        let labels: [Int64] = try item.tensor("labels").array()
        func expect(_ scorer: some UnknownScorer, _ key: String, _ name: String) throws {
            // scikit-learn expands squares, which costs it digits where points lie close together or far from zero.
            let tolerance = distance == .cosine ? 1e-14 : item.name == "gallery_far_from_zero" ? 1e-4 : 1e-6
            expectEqual(
                try scorer.scores(of: samples), try item.numbers("\(key)_\(distance)"), absolute: tolerance, key)
            #expect(scorer.name == "\(name)-\(distance)")
            #expect(scorer.input == .embeddings)
        }
        try expect(try NeighbourScore(gallery: gallery, distance: distance), "nearest", "nearest")
        try expect(try NeighbourScore(gallery: gallery, rank: 5, distance: distance), "fifth", "neighbour-5")
        try expect(try CenterScore(gallery: gallery, labels: labels, distance: distance), "center", "center")
    }

    @Test(arguments: galleries) func mahalanobisIsScikitLearns(item: Fixture.Case) throws {
        let (gallery, samples) = (try item.tensor("gallery"), try item.tensor("samples"))
        let labels: [Int64] = try item.tensor("labels").array()
        // Far from zero scikit-learn's sums lose the digits that the offset takes.
        let tolerance = item.name == "gallery_far_from_zero" ? 1e-7 : 1e-10
        func expect(_ shrinkage: CovarianceShrinkage, _ key: String) throws {
            let scorer = try MahalanobisScore(gallery: gallery, labels: labels, shrinkage: shrinkage)
            expectEqual(
                try scorer.scores(of: samples), try item.numbers("mahalanobis_\(key)"), relative: tolerance, key)
            if shrinkage == .ledoitWolf {
                expectEqual(scorer.shrinkage, try item.tensor("shrinkage").item(), relative: tolerance)
            }
        }
        try expect(.ledoitWolf, "ledoit_wolf")
        try expect(.fixed(0.25), "fixed")
        try expect(.fixed(1), "full")
    }

    @Test(arguments: logits) func logitsAreSciPys(item: Fixture.Case) throws {
        let logits = try item.tensor("logits")
        #expect(try MaximumLogitScore().scores(of: logits) == item.numbers("maximum"))
        for (temperature, key) in [(1.0, "1"), (0.25, "0.25"), (100, "100")] {
            expectEqual(
                try EnergyScore(temperature: temperature).scores(of: logits), try item.numbers("energy_\(key)"),
                relative: 1e-14, key)
        }
        #expect(MaximumLogitScore().input == .logits && EnergyScore().input == .logits)
        #expect(EnergyScore().name == "energy" && EnergyScore(temperature: 2).name == "energy-2.0")
    }

    /// Seven rows in eight dimensions have no covariance that could be inverted.
    @Test func aSingularCovarianceIsRefused() throws {
        let item = try #require(Self.galleries.first { $0.name == "gallery_few_rows" })
        let gallery = try item.tensor("gallery")
        let labels: [Int64] = try item.tensor("labels").array()
        let error = #expect(throws: UserFacingError.self) {
            try MahalanobisScore(gallery: gallery, labels: labels, shrinkage: .fixed(0))
        }
        #expect(error?.problem == "of 7 embeddings in 8 dimensions is singular")
    }

    @Test(arguments: [CovarianceShrinkage.ledoitWolf, .fixed(0.5)])
    func embeddingsThatAreTheirMeansAreRefused(shrinkage: CovarianceShrinkage) {
        let error = #expect(throws: UserFacingError.self) {
            try MahalanobisScore(gallery: .ones([6, 2]), labels: [0, 0, 0, 1, 1, 1], shrinkage: shrinkage)
        }
        #expect(error?.subject == "covariance")
    }

    @Test func aNeighbourBeyondTheGalleryIsRefused() {
        let error = #expect(throws: UserFacingError.self) { try NeighbourScore(gallery: .ones([3, 2]), rank: 4) }
        #expect(error?.problem == "is 4, the gallery has 3 embeddings")
    }

    @Test func classesWhoseDirectionsCancelAreRefused() {
        let error = #expect(throws: UserFacingError.self) {
            try CenterScore(gallery: Tensor([1.0, 0, -1, 0], shape: [2, 2]), labels: [3, 3])
        }
        #expect(error?.problem == "is zero, so it has no direction")
    }

    @Test func brokenRowsAreNamed() throws {
        let broken = Tensor([1, 2, Double.nan, 1], shape: [2, 2])
        let scorers: [any UnknownScorer] = [
            try NeighbourScore(gallery: .ones([3, 2])),
            try NeighbourScore(gallery: .ones([3, 2]), distance: .euclidean),
            try CenterScore(gallery: .ones([3, 2]), labels: [0, 0, 0]),
            try MahalanobisScore(gallery: Tensor([1.0, 0, 0, 1, 1, 1], shape: [3, 2]), labels: [0, 0, 0]),
            MaximumLogitScore(), EnergyScore(),
        ]
        for scorer in scorers {
            let error = #expect(throws: UserFacingError.self) { try scorer.scores(of: broken) }
            #expect(error?.field == "row 1", "\(scorer.name)")
            #expect(throws: UserFacingError.self) { try scorer.scores(of: .zeros([0, 2])) }
        }
    }

    @Test func zeroHasADistanceButNoCosine() throws {
        let zero = Tensor.zeros([1, 2])
        let scorer = try NeighbourScore(gallery: .ones([3, 2]), distance: .euclidean)
        expectEqual(try scorer.scores(of: zero), [Double(2).squareRoot()], relative: 1e-15, "distance")
        #expect(throws: UserFacingError.self) { try NeighbourScore(gallery: .ones([3, 2])).scores(of: zero) }
    }

    @Test func labelsThatAreTooFewTrap() async {
        let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
            _ = try CenterScore(gallery: .ones([3, 2]), labels: [1])
        }
        expectTrap(result, saying: "CenterScore: 1 labels for embeddings [3, 2]")
    }

    @Test func aTemperatureOfZeroTraps() async {
        let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
            _ = EnergyScore(temperature: 0)
        }
        expectTrap(result, saying: "EnergyScore: expected a positive temperature, got 0.0")
    }
}
