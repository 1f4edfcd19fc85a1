import Files
import MetricLearning
import Randomness
import Testing

struct HierarchicalSamplerTests {
    @Test func everySampleIsSeenAndEveryBatchIsFull() throws {
        for seed in 0..<300 as Range<UInt64> {
            var generator = SeededGenerator(seed: seed)
            let groupCount = 1 + generator.index(below: 5)
            var groupOfLabel: [Int: Int] = [:]
            var labels: [Int] = []
            for group in 0..<groupCount {
                for _ in 0..<(2 + generator.index(below: 5)) {
                    let label = groupOfLabel.count
                    groupOfLabel[label] = group * 10
                    labels += [Int](repeating: label, count: 1 + generator.index(below: 9))
                }
            }
            let (groups, classes, perClass) = (
                1 + generator.index(below: groupCount), 1 + generator.index(below: 2), 1 + generator.index(below: 4)
            )
            let batches = try HierarchicalSampler(
                labels: labels, groupOfLabel: groupOfLabel, groups: groups, classesPerGroup: classes, perClass: perClass
            ).batches(seed: seed, epoch: 1)
            #expect(Set(batches.joined()) == Set(labels.indices), "seed \(seed)")
            for batch in batches {
                let byGroup = Dictionary(grouping: batch) { groupOfLabel[labels[$0]] ?? -1 }
                #expect(byGroup.count == groups, "seed \(seed)")
                for samples in byGroup.values {
                    let byClass = Dictionary(grouping: samples) { labels[$0] }
                    #expect(byClass.count == classes && byClass.values.allSatisfy { $0.count == perClass })
                }
            }
        }
    }

    @Test func batchesAreAFunctionOfSeedAndEpoch() throws {
        let labels = (0..<80).map { $0 % 8 }
        let sampler = try HierarchicalSampler(
            labels: labels, groupOfLabel: [0: 0, 1: 0, 2: 0, 3: 0, 4: 1, 5: 1, 6: 1, 7: 1], groups: 2,
            classesPerGroup: 2, perClass: 2)
        #expect(sampler.batches(seed: 1, epoch: 0) == sampler.batches(seed: 1, epoch: 0))
        #expect(sampler.batches(seed: 1, epoch: 0) != sampler.batches(seed: 1, epoch: 1))
    }

    @Test func impossibleSettingsSayWhatToDo() {
        func make(_ groupOfLabel: [Int: Int], _ groups: Int, _ classes: Int) throws {
            _ = try HierarchicalSampler(
                labels: [0, 1, 2], groupOfLabel: groupOfLabel, groups: groups, classesPerGroup: classes, perClass: 1)
        }
        #expect { try make([0: 0, 1: 0], 1, 1) } throws: { "\($0)".contains("label 2 has no group") }
        #expect { try make([0: 0, 1: 0, 2: 1], 3, 1) } throws: { "\($0)".contains("3 are wanted, the data has 2") }
        #expect { try make([0: 0, 1: 0, 2: 1], 2, 2) } throws: { "\($0)".contains("group 1 has 1 classes") }
        #expect { try make([0: 0, 1: 0, 2: 1], 0, 2) } throws: { "\($0)".contains("0 is not positive") }
    }
}
