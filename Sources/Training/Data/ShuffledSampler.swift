import Datasets
import MetricLearning

/// Every sample once an epoch, in random order.
struct ShuffledSampler: BatchSampler {
    let count: Int
    let batch: Int

    func batches(seed: UInt64, epoch: Int) -> [[Int]] {
        Self.divided(EpochOrder(count: count, seed: seed, epoch: epoch, shuffled: true).indices, by: batch)
    }
}
