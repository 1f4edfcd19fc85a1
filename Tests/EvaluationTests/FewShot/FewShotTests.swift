import Evaluation
import Files
import Testing
import TestSupport
import Torch

@Suite(.noLeaks) struct FewShotTests {
    private static let cases = VerificationFixture.cases("few_shot")

    private func sampler(_ item: Fixture.Case) throws -> EpisodeSampler {
        func setting(_ key: String) throws -> Int { try #require(item.settings[key]?.integer) }
        return try EpisodeSampler(
            labels: item.tensor("labels").array(), ways: setting("ways"), shots: setting("shots"),
            queries: setting("queries"), seed: UInt64(setting("seed")))
    }

    @Test func theFixtureIsThere() {
        #expect(Self.cases.count >= 4)
    }

    @Test(arguments: cases) func episodesAreThoseOfTheSameDraws(item: Fixture.Case) throws {
        let sampler = try sampler(item)
        let labels: [Int64] = try item.tensor("labels").array()
        let episodes = (0..<40).map(sampler.episode)
        let rows = episodes.flatMap { zip($0.support, $0.queries).flatMap { $0 + $1 } }
        #expect(rows == (try item.whole("rows")))
        for episode in episodes {
            let all = (episode.support + episode.queries).flatMap(\.self)
            #expect(Set(all).count == all.count)
            #expect(Set(episode.classes).count == sampler.ways)
            for (label, group) in zip(episode.classes, zip(episode.support, episode.queries)) {
                #expect((group.0 + group.1).allSatisfy { labels[$0] == label })
            }
        }
    }

    @Test(arguments: cases, EmbeddingDistance.allCases)
    func accuraciesAreNumPys(item: Fixture.Case, distance: EmbeddingDistance) throws {
        let report = try FewShotReport(
            item.tensor("embeddings"), sampler: sampler(item), episodes: 40, distance: distance)
        expectEqual(report.accuracies, try item.numbers("\(distance)"), absolute: 1e-15, "accuracies")
        expectEqual(
            [report.meanAccuracy, report.margin], try item.numbers("\(distance)_summary"), relative: 1e-13, "summary")
    }

    @Test(arguments: EmbeddingDistance.allCases) func aCollapsedModelReachesOneInN(distance: EmbeddingDistance) throws {
        let labels = (0..<120).map { Int64($0 % 6) }
        let sampler = try EpisodeSampler(labels: labels, ways: 5, shots: 3, queries: 7, seed: 0)
        let report = try FewShotReport(.full([120, 3], 0.1), sampler: sampler, episodes: 10, distance: distance)
        expectEqual(report.meanAccuracy, 0.2, relative: 1e-14)
        expectEqual(report.margin, 0, absolute: 1e-15)
    }

    @Test func classesThatAreTooSmallAreNamed() {
        let error = #expect(throws: UserFacingError.self) {
            try EpisodeSampler(labels: [7, 7, 7, 8, 8, -9], ways: 2, shots: 1, queries: 2, seed: 0)
        }
        #expect(error?.problem == "an episode takes 3 samples of a class, too few have -9 (1), 8 (2)")
    }

    @Test func manySmallClassesAreCounted() {
        let error = #expect(throws: UserFacingError.self) {
            try EpisodeSampler(labels: (0..<9).map { Int64($0) }, ways: 2, shots: 1, queries: 1, seed: 0)
        }
        #expect(error?.problem.hasSuffix("4 (1) and 4 more") == true)
    }

    @Test(arguments: [[], [Int64(1), 1, 1]]) func tooFewClassesAreRefused(labels: [Int64]) {
        let error = #expect(throws: UserFacingError.self) {
            try EpisodeSampler(labels: labels, ways: 2, shots: 1, queries: 1, seed: 0)
        }
        #expect(error?.problem == "an episode takes 2 classes, there are \(Set(labels).count)")
    }

    @Test func oneEpisodeIsRefused() throws {
        let sampler = try EpisodeSampler(labels: [0, 0, 1, 1], ways: 2, shots: 1, queries: 1, seed: 0)
        #expect(throws: UserFacingError.self) { try FewShotReport(.ones([4, 2]), sampler: sampler, episodes: 1) }
    }

    @Test func brokenRowsAreNamed() throws {
        let sampler = try EpisodeSampler(labels: [0, 0, 1, 1], ways: 2, shots: 1, queries: 1, seed: 0)
        let broken = Tensor([1, 1, 1, Double.nan, 1, 1, 1, 1], shape: [4, 2])
        let error = #expect(throws: UserFacingError.self) { try FewShotReport(broken, sampler: sampler) }
        #expect(error?.field == "row 1")
    }

    @Test func embeddingsThatAreTooFewTrap() async {
        let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
            let sampler = try EpisodeSampler(labels: [0, 0, 1, 1], ways: 2, shots: 1, queries: 1, seed: 0)
            _ = try FewShotReport(.ones([3, 2]), sampler: sampler)
        }
        expectTrap(result, saying: "FewShotReport: 4 labels for embeddings [3, 2]")
    }

    @Test func noQueriesTrap() async {
        let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
            _ = try EpisodeSampler(labels: [0, 0, 1, 1], ways: 2, shots: 1, queries: 0, seed: 0)
        }
        expectTrap(result, saying: "EpisodeSampler: expected at least 2 ways, 1 shot and 1 query, got 2, 1 and 0")
    }
}
