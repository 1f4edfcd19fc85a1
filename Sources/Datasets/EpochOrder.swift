import Randomness

/// The order in which an epoch visits the samples of a set: a function of seed and epoch, whatever was drawn before.
public struct EpochOrder: Sendable, Equatable {
    /// Every sample index of `0..<count` once, in the order of the epoch.
    public let indices: [Int]

    /// Lays out one epoch.
    ///
    /// - Parameters:
    ///   - count: samples in the set, N.
    ///   - seed: the run's seed.
    ///   - epoch: which epoch, from 0 or 1 as the caller counts.
    ///   - shuffled: whether in random order; otherwise from first to last.
    /// - Precondition: `count` and `epoch` are not negative.
    public init(count: Int, seed: UInt64, epoch: Int, shuffled: Bool) {
        precondition(
            count >= 0 && epoch >= 0, "EpochOrder: expected a count and an epoch from 0, got \(count) and \(epoch)")
        guard shuffled else {
            indices = Array(0..<count)
            return
        }
        var generator = SeededGenerator(seed: seed, path: Self.purpose, UInt64(epoch))
        indices = generator.permutation(of: count)
    }

    /// The epoch cut into batches of `size` sample indices, each made when it is asked for.
    ///
    /// - Parameters:
    ///   - size: how many indices a batch has.
    ///   - dropLast: whether a last batch of fewer than `size` is left out.
    /// - Precondition: `size` is positive.
    public func batches(of size: Int, dropLast: Bool = false) -> some RandomAccessCollection<ArraySlice<Int>> {
        precondition(size > 0, "EpochOrder.batches: expected a positive size, got \(size)")
        let indices = indices
        let batchCount = dropLast ? indices.count / size : (indices.count + size - 1) / size
        return (0..<batchCount).lazy.map { indices[($0 * size)..<Swift.min(($0 + 1) * size, indices.count)] }
    }

    // Keeps these draws apart from those of other parts that have the same seed.
    private static let purpose: UInt64 = 0x6F72_6465_72
}
