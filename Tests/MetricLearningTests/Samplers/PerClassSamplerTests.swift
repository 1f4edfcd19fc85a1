import Files
import MetricLearning
import Randomness
import Testing

struct PerClassSamplerTests {
    /// Labels of a few classes, of very different sizes.
    private func labels(using generator: inout SeededGenerator, classes: Int) -> [Int] {
        let sizes = (0..<classes).map { _ in 1 + generator.index(below: 1 + generator.index(below: 30)) }
        let ordered = sizes.indices.flatMap { [Int](repeating: $0 * 7 - 3, count: sizes[$0]) }
        return generator.permutation(of: ordered.count).map { ordered[$0] }
    }

    @Test func everySampleIsSeenAndEveryBatchIsFull() throws {
        for seed in 0..<500 as Range<UInt64> {
            var generator = SeededGenerator(seed: seed)
            let perClass = 1 + generator.index(below: 5)
            let classes = 1 + generator.index(below: 12)
            let perBatch = 1 + generator.index(below: classes)
            let labels = labels(using: &generator, classes: classes)
            let sampler = try PerClassSampler(labels: labels, perClass: perClass, batch: perClass * perBatch)
            let batches = sampler.batches(seed: seed, epoch: 3)
            #expect(Set(batches.joined()) == Set(labels.indices), "seed \(seed)")
            let sizes = Dictionary(grouping: labels) { $0 }.mapValues(\.count)
            for batch in batches {
                let byClass = Dictionary(grouping: batch) { labels[$0] }
                #expect(byClass.count == perBatch && byClass.values.allSatisfy { $0.count == perClass })
                // A class large enough shows no sample twice in a batch.
                #expect(byClass.allSatisfy { label, samples in Set(samples).count == min(perClass, sizes[label] ?? 0) })
            }
            // No more batches than the largest class or all chunks together need.
            let chunks = sizes.values.map { ($0 + perClass - 1) / perClass }
            let total = chunks.reduce(0, +)
            #expect(batches.count == max(chunks.max() ?? 0, (total + perBatch - 1) / perBatch), "seed \(seed)")
        }
    }

    @Test func evenClassesShowEverySampleOnce() throws {
        let labels = (0..<240).map { $0 % 12 }
        let sampler = try PerClassSampler(labels: labels, perClass: 4, batch: 16)
        #expect(sampler.batches(seed: 1, epoch: 0).flatMap { $0 }.sorted() == Array(0..<240))
    }

    @Test func batchesAreAFunctionOfSeedAndEpoch() throws {
        let labels = (0..<60).map { $0 % 6 }
        let sampler = try PerClassSampler(labels: labels, perClass: 2, batch: 8)
        #expect(sampler.batches(seed: 1, epoch: 2) == sampler.batches(seed: 1, epoch: 2))
        #expect(sampler.batches(seed: 1, epoch: 2) != sampler.batches(seed: 1, epoch: 3))
        #expect(sampler.batches(seed: 1, epoch: 2) != sampler.batches(seed: 2, epoch: 2))
    }

    /// Over many epochs any two of ten classes meet about equally often.
    @Test func classesMixEvenly() throws {
        let labels = (0..<400).map { $0 % 10 }
        let sampler = try PerClassSampler(labels: labels, perClass: 4, batch: 20)
        var meetings = [Int](repeating: 0, count: 100)
        for epoch in 0..<50 {
            for batch in sampler.batches(seed: 1, epoch: epoch) {
                let classes = Set(batch.map { labels[$0] })
                for first in classes {
                    for second in classes where first != second { meetings[first * 10 + second] += 1 }
                }
            }
        }
        let counts = meetings.filter { $0 > 0 }
        // 1,000 batches, each pair in 2/9 of them: 222 with a deviation of 13.
        #expect(counts.count == 90 && counts.allSatisfy { (160...285).contains($0) })
    }

    @Test func impossibleBatchesSayWhatToDo() {
        #expect { try PerClassSampler(labels: [0, 1], perClass: 3, batch: 8) } throws: {
            "\($0)".contains("8 is no multiple of 3")
        }
        #expect { try PerClassSampler(labels: [0, 1, 1], perClass: 2, batch: 6) } throws: {
            "\($0)".contains("3 classes per batch are wanted, the data has 2")
        }
        #expect(throws: UserFacingError.self) { try PerClassSampler(labels: [], perClass: 2, batch: 2) }
        #expect(throws: UserFacingError.self) { try PerClassSampler(labels: [0], perClass: 0, batch: 2) }
    }
}
