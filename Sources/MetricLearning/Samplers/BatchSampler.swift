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

extension BatchSampler {
    /// An order of positions in batches of `size`. A last batch of one joins the one before it: one image has no deviation, by which
    /// batch normalisation could divide.
    public static func divided(_ order: [Int], by size: Int) -> [[Int]] {
        var batches = stride(from: 0, to: order.count, by: size).map { Array(order[$0..<min($0 + size, order.count)]) }
        if size > 1, batches.count > 1, batches.last?.count == 1 {
            let lone = batches.removeLast()
            batches[batches.count - 1] += lone
        }
        return batches
    }
}
