/// Lays out the batches of an epoch as positions in a data set.
///
/// A pure function of labels, seed and epoch, so that a resumed run sees the batches of one that was never stopped.
public protocol BatchSampler: Sendable {
    /// The batches of an epoch, each of positions in the data set.
    ///
    /// - Parameters:
    ///   - seed: the run's seed.
    ///   - epoch: from 0.
    func batches(seed: UInt64, epoch: Int) -> [[Int]]
}
