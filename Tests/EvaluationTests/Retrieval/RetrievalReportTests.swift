@testable import Evaluation
import Files
import Randomness
import Testing
import TestSupport
import Torch

/// Measures of `retrieval.safetensors`: definitions in NumPy, which agree with pytorch-metric-learning, torchmetrics and
/// scikit-learn wherever these are right.
@Suite(.noLeaks) struct RetrievalReportTests {
    private static let cutoffs = [1, 2, 5, 10]

    private func report(_ item: Fixture.Case, memory: Int = 256 << 20) throws -> RetrievalReport {
        guard item.has("gallery") else {
            return try RetrievalReport(
                leavingOneOutOf: item.labelled(), metric: item.metric(), cutoffs: Self.cutoffs, curveLength: 20,
                memory: memory)
        }
        return try RetrievalReport(
            queries: item.labelled(), gallery: item.labelled("gallery", prefix: "gallery_"), metric: item.metric(),
            cutoffs: Self.cutoffs, curveLength: 20, memory: memory)
    }

    private func expectScores(_ actual: RetrievalScores, _ item: Fixture.Case, _ prefix: String) throws {
        let lists: [(String, [Double])] = [
            ("precision_at_1", [actual.precisionAt1]), ("r_precision", [actual.rPrecision]),
            ("map_at_r", [actual.meanAveragePrecisionAtR]), ("map", [actual.meanAveragePrecision]),
            ("mrr", [actual.meanReciprocalRank]), ("minp", [actual.meanInverseNegativePenalty]),
            ("recall", actual.recall), ("precision", actual.precision),
            ("map_over_hits", actual.meanAveragePrecisionOverHits),
            ("map_over_reachable", actual.meanAveragePrecisionOverReachableHits),
            ("map_over_found", actual.meanAveragePrecisionOverFoundHits),
        ]
        for (key, values) in lists {
            let expected = try item.tensor("\(prefix).\(key)")
            expectEqual(Tensor(values, shape: expected.shape), expected, relative: 1e-13, "\(prefix).\(key)")
        }
    }

    @Test func theFixtureIsThere() {
        #expect(RetrievalFixture.retrieval.count >= 27)
        #expect(RetrievalFixture.retrieval.count { $0.settings["agrees_with"] != nil } >= 10)
        #expect(RetrievalFixture.retrieval.count { $0.settings["peer_differs"] != nil } == 3)
    }

    @Test(arguments: RetrievalFixture.retrieval) func everyMeasureIsTheReferences(item: Fixture.Case) throws {
        let report = try report(item)
        #expect(report.loneQueryCount == (try item.integer("lone")))
        #expect(report.tiedQueryCount == (try item.integer("tied")))
        #expect(report.classCount == (try item.integer("classes")))
        #expect(report.queryCount == (try item.tensor("embeddings").size(0)))
        guard item.has("micro.map") else {
            #expect(report.micro == nil && report.macro == nil && report.matchCurve.isEmpty)
            #expect(report.loneQueryCount == report.queryCount)
            return
        }
        try expectScores(try #require(report.micro), item, "micro")
        try expectScores(try #require(report.macro), item, "macro")
        expectEqual(Tensor(report.matchCurve), try item.tensor("curve"), relative: 1e-14, "curve")
    }

    @Test(arguments: RetrievalFixture.retrieval) func littleMemoryGivesTheSame(item: Fixture.Case) throws {
        #expect(try report(item, memory: 1000) == report(item))
    }

    @Test func aCollapsedModelIsTold() throws {
        let labels = (0..<20).map { Int64($0 / 10) }
        let set = LabelledEmbeddings(.ones([20, 4]), labels: labels)
        let report = try RetrievalReport(leavingOneOutOf: set)
        #expect(report.tiedQueryCount == 20)
        // By ids: all of the first class see one of their own first, and none of the second.
        #expect(report.micro?.precisionAt1 == 0.5)
    }

    @Test func theOrderOfQueriesDoesNotMatter() throws {
        for seed in 0..<5 {
            var generator = SeededGenerator(seed: UInt64(seed))
            let rows = Tensor.normal([80, 6], using: &generator)
            let labels = (0..<80).map { _ in Int64(generator.index(below: 9)) }
            let order = generator.permutation(of: 80)
            let other = LabelledEmbeddings(rows.gathered(Tensor(order)), labels: order.map { labels[$0] })
            let first = try #require(
                try RetrievalReport(leavingOneOutOf: LabelledEmbeddings(rows, labels: labels)).micro)
            let second = try #require(try RetrievalReport(leavingOneOutOf: other).micro)
            expectEqual(first.meanAveragePrecision, second.meanAveragePrecision, relative: 1e-13)
            expectEqual(first.meanAveragePrecisionAtR, second.meanAveragePrecisionAtR, relative: 1e-13)
        }
    }

    @Test func oneLargeClassNeedsNoListOfAllPairs() throws {
        var generator = SeededGenerator(seed: 2)
        let count = 2000
        let set = LabelledEmbeddings(
            .normal([count, 8], using: &generator), labels: [Int64](repeating: 3, count: count))
        _ = try RetrievalReport(
            leavingOneOutOf: LabelledEmbeddings(set.embeddings[0..<100], labels: Array(set.labels[..<100])))
        let before = Machine.peakMemory
        let report = try RetrievalReport(leavingOneOutOf: set, memory: 4 << 20)
        #expect(report.micro?.meanAveragePrecisionAtR == 1)
        #expect(report.micro?.meanInverseNegativePenalty == 1)
        // The ranks of all hits would take 96 MB.
        #expect(Machine.peakMemory - before < 32 << 20)
    }

    @Test func whatDoesNotFitIsTold() throws {
        let plain = LabelledEmbeddings(.ones([1, 2]), labels: [1])
        let grouped = LabelledEmbeddings(.ones([1, 2]), labels: [1], groups: [1])
        let mixed = #expect(throws: UserFacingError.self) {
            _ = try RetrievalReport(queries: plain, gallery: grouped)
        }
        #expect(mixed?.problem == "are there for the gallery alone")
        let nothing = LabelledEmbeddings(.ones([0, 2]), labels: [])
        let none = #expect(throws: UserFacingError.self) {
            _ = try RetrievalReport(queries: nothing, gallery: plain)
        }
        #expect(none?.subject == "queries")
    }

    @Test func aCutoffOfNoneTraps() async {
        let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
            let set = LabelledEmbeddings(.ones([2, 2]), labels: [1, 1])
            _ = try RetrievalReport(leavingOneOutOf: set, cutoffs: [0])
        }
        expectTrap(result, saying: "RetrievalReport(cutoffs: [0]")
    }

    @Test func countsThatDifferTrap() async {
        let labels = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
            _ = LabelledEmbeddings(.ones([3, 2]), labels: [1, 2])
        }
        expectTrap(labels, saying: "LabelledEmbeddings: 2 labels for embeddings [3, 2]")
        let groups = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
            _ = LabelledEmbeddings(.ones([1, 2]), labels: [1], groups: [])
        }
        expectTrap(groups, saying: "LabelledEmbeddings: 0 groups for embeddings [1, 2]")
    }
}
