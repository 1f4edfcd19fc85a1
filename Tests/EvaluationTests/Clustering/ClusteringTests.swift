import Evaluation
import Files
import Randomness
import Testing
import TestSupport
import Torch

/// Agreements and groups of `retrieval.safetensors`, by scikit-learn.
@Suite(.noLeaks) struct ClusteringTests {
    @Test func theFixtureIsThere() {
        #expect(RetrievalFixture.agreement.count == 11)
        #expect(RetrievalFixture.clusters.count == 2)
    }

    @Test(arguments: RetrievalFixture.agreement) func agreementsAreScikitLearns(item: Fixture.Case) throws {
        let first = try item.tensor("first").array(of: Int64.self)
        let second = try item.tensor("second").array(of: Int64.self)
        let actual = ClusterAgreement(first, second)
        // Sums of logarithms in another order.
        expectEqual(
            Tensor([actual.normalizedMutualInformation, actual.adjustedMutualInformation]),
            try item.tensor("nmi_ami"), absolute: 1e-12)
        let exchanged = ClusterAgreement(second, first)
        expectEqual(exchanged.adjustedMutualInformation, actual.adjustedMutualInformation, absolute: 1e-12)
    }

    @Test func nothingAgreesWithNothing() {
        #expect(ClusterAgreement([], []).normalizedMutualInformation == 1)
        #expect(ClusterAgreement([], []).adjustedMutualInformation == 1)
    }

    /// Of 22 and of 18 logarithms' rounding once made 0.86 and 1.06.
    @Test(arguments: [2, 18, 19, 22, 309]) func allApartAgreesWithAllApart(count: Int) {
        let agreement = ClusterAgreement(Array(0..<Int64(count)), (0..<Int64(count)).reversed())
        #expect(agreement.adjustedMutualInformation == 1 && agreement.normalizedMutualInformation == 1)
    }

    @Test func countsThatDifferTrap() async {
        let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
            _ = ClusterAgreement([1], [])
        }
        expectTrap(result, saying: "ClusterAgreement: 1 items on one side, 0 on the other")
    }

    @Test(arguments: RetrievalFixture.clusters) func groupsFromGivenMeansAreScikitLearns(item: Fixture.Case) throws {
        let result = try KMeans(of: item.tensor("embeddings"), from: item.tensor("start"))
        #expect(result.hasConverged)
        expectEqual(Tensor(result.assignments), try item.tensor("groups"))
        let centers = try item.tensor("centers")
        expectEqual(Tensor(result.centers, shape: centers.shape), centers.to(.float32), absolute: 1e-6, "means")
        expectEqual(result.inertia, try item.tensor("inertia").item(), relative: 1e-6, "inertia")
    }

    @Test func moreIterationsAreNeverWorse() throws {
        for seed in 0..<10 {
            var generator = SeededGenerator(seed: UInt64(seed))
            let rows = Tensor.normal([200, 4], using: &generator)
            var last = Double.infinity
            for iterations in [1, 2, 4, 8, 100] {
                var own = SeededGenerator(seed: UInt64(seed))
                let result = try KMeans(of: rows, count: 9, iterations: iterations, using: &own)
                #expect(result.inertia <= last * (1 + 1e-6))
                #expect(result.iterationCount <= iterations)
                #expect(Set(result.assignments).count == 9)
                last = result.inertia
            }
        }
    }

    @Test func anEmptyGroupTakesTheFarthest() throws {
        let rows = Tensor([0, 1, 2, 50] as [Float], shape: [4, 1])
        let result = try KMeans(of: rows, from: Tensor([1, 1000] as [Float], shape: [2, 1]))
        #expect(result.assignments == [0, 0, 0, 1])
        #expect(result.centers == [1, 50])
        #expect(result.inertia == 2)
    }

    @Test func equalEmbeddingsStayInOneGroup() throws {
        var generator = SeededGenerator(seed: 0)
        let result = try KMeans(of: .ones([10, 3]), count: 4, using: &generator)
        #expect(result.hasConverged)
        #expect(result.inertia == 0)
        #expect(Set(result.assignments) == [0])
    }

    @Test func asManyGroupsAsEmbeddingsAreAllTaken() throws {
        var generator = SeededGenerator(seed: 0)
        let rows = Tensor([0, 1, 3, 7, 12] as [Float], shape: [5, 1])
        let result = try KMeans(of: rows, count: 5, using: &generator)
        #expect(Set(result.assignments).count == 5)
        #expect(result.inertia == 0)
        #expect(throws: UserFacingError.self) { _ = try KMeans(of: rows, count: 6, using: &generator) }
    }

    @Test func clearClassesAreFoundFromAnySeed() throws {
        let labels = (0..<120).map { Int64($0 % 4) * (1 << 40) }
        for seed in 0..<10 {
            var generator = SeededGenerator(seed: UInt64(seed))
            let directions = Tensor((0..<4).flatMap { row in (0..<4).map { Float($0 == row ? 9 : 0) } }, shape: [4, 4])
            let rows =
                directions.gathered(Tensor((0..<120).map { $0 % 4 }))
                + 0.1 * Tensor.normal([120, 4], using: &generator)
            let report = try ClusteringReport(of: LabelledEmbeddings(rows, labels: labels), using: &generator)
            #expect(report.classCount == 4)
            expectEqual(report.agreement.normalizedMutualInformation, 1, absolute: 1e-12)
            expectEqual(report.agreement.adjustedMutualInformation, 1, absolute: 1e-12)
        }
    }

    @Test func theSameSeedGivesTheSameGroups() throws {
        var source = SeededGenerator(seed: 5)
        let set = LabelledEmbeddings(.normal([60, 8], using: &source), labels: (0..<60).map { $0 % 6 })
        var first = SeededGenerator(seed: 1)
        var second = SeededGenerator(seed: 1)
        #expect(try ClusteringReport(of: set, using: &first) == ClusteringReport(of: set, using: &second))
    }
}
