import Files
import Randomness

/// Batches in which every class comes up equally often, however rare it is.
///
/// Over an epoch the counts of any two classes differ by at most one, and so do those of any two samples of a class: rare ones
/// come again and again, and of common ones only a part is seen. Classes follow each other in rounds, each in random order.
public struct BalancedSampler: BatchSampler {
    private let classes: ClassIndex
    private let batch: Int
    private let samples: Int

    /// Creates the sampler.
    ///
    /// - Parameters:
    ///   - labels: the label of each sample.
    ///   - batch: samples in a batch; the last batch of an epoch may have fewer.
    ///   - samples: in an epoch; nil for as many as there are labels.
    /// - Throws: `UserFacingError` when a number is not positive, or there are no labels.
    public init(labels: [Int], batch: Int, samples: Int? = nil) throws {
        guard batch > 0, samples ?? 1 > 0 else {
            throw UserFacingError(
                "balanced sampler", field: batch > 0 ? "samples" : "batch",
                problem: "it is not positive",
                remedy: "choose 1 or more")
        }
        guard !labels.isEmpty else {
            throw UserFacingError(
                "balanced sampler", field: "labels",
                problem: "there are none",
                remedy: "give it a data set")
        }
        classes = ClassIndex(labels)
        self.batch = batch
        self.samples = samples ?? labels.count
    }

    /// The batches of an epoch.
    public func batches(seed: UInt64, epoch: Int) -> [[Int]] {
        var generator = SeededGenerator(seed: seed, path: Self.purpose, UInt64(epoch))
        var waiting = [[Int]](repeating: [], count: classes.members.count)
        var order: [Int] = []
        while order.count < samples {
            for kind in generator.permutation(of: classes.members.count).prefix(samples - order.count) {
                if waiting[kind].isEmpty {
                    let members = classes.members[kind]
                    waiting[kind] = generator.permutation(of: members.count).map { members[$0] }
                }
                order.append(waiting[kind].removeLast())
            }
        }
        return Self.divided(order, by: batch)
    }

    // Keeps these draws apart from those of other parts that have the same seed.
    private static let purpose: UInt64 = 0x6261_6C61_6E63
}
