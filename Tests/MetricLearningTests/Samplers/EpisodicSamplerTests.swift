import Files
import MetricLearning
import Randomness
import Testing

struct EpisodicSamplerTests {
    @Test func episodesHaveWaysShotsAndQueries() throws {
        for seed in 0..<300 as Range<UInt64> {
            var generator = SeededGenerator(seed: seed)
            let (ways, shots, queries) = (
                1 + generator.index(below: 5), 1 + generator.index(below: 4), 1 + generator.index(below: 4)
            )
            let sizes = (0..<8).map { $0 < ways ? shots + queries + $0 : generator.index(below: 12) }
            let labels = sizes.indices.flatMap { [Int](repeating: $0, count: sizes[$0]) }
            let episodes = try EpisodicSampler(
                labels: labels, ways: ways, shots: shots, queries: queries, episodes: 6
            ).batches(seed: seed, epoch: 0)
            #expect(episodes.count == 6)
            for episode in episodes {
                #expect(Set(episode).count == ways * (shots + queries) && episode.count == ways * (shots + queries))
                let support = Dictionary(grouping: episode.prefix(ways * shots)) { labels[$0] }
                let asked = Dictionary(grouping: episode.dropFirst(ways * shots)) { labels[$0] }
                #expect(support.count == ways && support.values.allSatisfy { $0.count == shots })
                #expect(Set(asked.keys) == Set(support.keys) && asked.values.allSatisfy { $0.count == queries })
            }
        }
    }

    @Test func episodesAreAFunctionOfSeedAndEpoch() throws {
        let sampler = try EpisodicSampler(
            labels: (0..<100).map { $0 % 10 }, ways: 5, shots: 1, queries: 2, episodes: 3)
        #expect(sampler.batches(seed: 1, epoch: 0) == sampler.batches(seed: 1, epoch: 0))
        #expect(sampler.batches(seed: 1, epoch: 0) != sampler.batches(seed: 1, epoch: 1))
        #expect(Set(sampler.batches(seed: 1, epoch: 0)).count == 3)
    }

    @Test func impossibleEpisodesSayWhatToDo() {
        #expect {
            _ = try EpisodicSampler(labels: [0, 0, 1, 1, 1], ways: 2, shots: 1, queries: 2, episodes: 1)
        } throws: {
            "\($0)".contains("2 classes of 3 samples are wanted, the data has 1")
        }
        #expect(throws: UserFacingError.self) {
            _ = try EpisodicSampler(labels: [0, 0], ways: 1, shots: 0, queries: 1, episodes: 1)
        }
    }
}
