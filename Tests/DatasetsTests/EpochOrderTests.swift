import Datasets
import Testing

@Suite struct EpochOrderTests {
    @Test func followsSeedAndEpoch() {
        // A Python transcription of SplitMix64, Lemire's bounded draw and Fisher-Yates, for seed 7 and epoch 3.
        let order = EpochOrder(count: 8, seed: 7, epoch: 3, shuffled: true)
        #expect(order.indices == [1, 3, 6, 4, 2, 5, 0, 7])
        #expect(order.indices != EpochOrder(count: 8, seed: 7, epoch: 4, shuffled: true).indices)
        #expect(order.indices != EpochOrder(count: 8, seed: 8, epoch: 3, shuffled: true).indices)
        #expect(EpochOrder(count: 3, seed: 7, epoch: 3, shuffled: false).indices == [0, 1, 2])
    }

    @Test func visitsEachSampleOnce() {
        for seed in 0..<200 as Range<UInt64> {
            let order = EpochOrder(count: Int(seed), seed: seed, epoch: 1, shuffled: true)
            #expect(order.indices.sorted() == Array(0..<Int(seed)))
        }
    }

    @Test func cutsBatches() {
        let order = EpochOrder(count: 7, seed: 0, epoch: 0, shuffled: false)
        #expect(order.batches(of: 3).map(Array.init) == [[0, 1, 2], [3, 4, 5], [6]])
        #expect(order.batches(of: 3, dropLast: true).map(Array.init) == [[0, 1, 2], [3, 4, 5]])
        #expect(order.batches(of: 7, dropLast: true).count == 1)
        #expect(order.batches(of: 8, dropLast: true).isEmpty)
        #expect(EpochOrder(count: 0, seed: 0, epoch: 0, shuffled: true).batches(of: 2).isEmpty)
    }

    @Test func refusesAnEmptyBatch() async {
        await #expect(processExitsWith: .failure) {
            _ = EpochOrder(count: 7, seed: 0, epoch: 0, shuffled: false).batches(of: 0)
        }
    }
}
