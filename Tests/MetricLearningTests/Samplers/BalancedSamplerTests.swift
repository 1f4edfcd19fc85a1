import Files
import MetricLearning
import Randomness
import Testing

struct BalancedSamplerTests {
    @Test func countsDifferByOneAtMost() throws {
        for seed in 0..<500 as Range<UInt64> {
            var generator = SeededGenerator(seed: seed)
            let classes = 1 + generator.index(below: 8)
            let labels = (0..<40).map { _ in generator.index(below: classes) * generator.index(below: 2) }
            let samples = 1 + generator.index(below: 200)
            let batch = 1 + generator.index(below: 9)
            let batches = try BalancedSampler(labels: labels, batch: batch, samples: samples)
                .batches(seed: seed, epoch: 0)
            let order = batches.flatMap { $0 }
            #expect(order.count == samples && batches.dropLast().allSatisfy { $0.count == batch })
            func spread(_ counts: [Int]) -> Int { (counts.max() ?? 0) - (counts.min() ?? 0) }
            let seen = Dictionary(grouping: order) { labels[$0] }
            #expect(spread(Set(labels).map { seen[$0]?.count ?? 0 }) <= 1, "seed \(seed)")
            for label in Set(labels) {
                let counts = labels.indices.filter { labels[$0] == label }.map { index in
                    order.count { $0 == index }
                }
                #expect(spread(counts) <= 1, "seed \(seed)")
            }
        }
    }

    @Test func anEpochIsAsLongAsTheSetUnlessAsked() throws {
        let sampler = try BalancedSampler(labels: [0, 0, 0, 1, 2, 2], batch: 4)
        let batches = sampler.batches(seed: 1, epoch: 0)
        #expect(batches.map(\.count) == [4, 2])
        #expect(batches == sampler.batches(seed: 1, epoch: 0))
        #expect(batches != sampler.batches(seed: 1, epoch: 1) || batches != sampler.batches(seed: 1, epoch: 2))
    }

    @Test func impossibleSettingsThrow() {
        #expect(throws: UserFacingError.self) { try BalancedSampler(labels: [], batch: 1) }
        #expect(throws: UserFacingError.self) { try BalancedSampler(labels: [0], batch: 0) }
        #expect(throws: UserFacingError.self) { try BalancedSampler(labels: [0], batch: 1, samples: 0) }
    }
}
