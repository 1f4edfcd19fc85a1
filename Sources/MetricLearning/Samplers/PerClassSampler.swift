import Files
import Randomness

/// Batches of several classes with the same number of samples of each: what pair and triplet losses need.
///
/// Every sample is in at least one batch of every epoch, and every batch has `batch / perClass` different classes with `perClass` samples
/// each. To that end a class that does not divide evenly shows some samples again, one smaller than `perClass` repeats them
/// within its share, and when only few classes are left others show samples again beside them. Samples of a class large enough
/// are different within a batch.
public struct PerClassSampler: BatchSampler {
    private let classes: ClassIndex
    private let perClass: Int
    private let classesPerBatch: Int

    /// Creates the sampler.
    ///
    /// - Parameters:
    ///   - labels: the label of each sample.
    ///   - perClass: samples of each class in a batch.
    ///   - batch: samples in a batch, a multiple of `perClass`.
    /// - Throws: `UserFacingError` when the numbers do not fit together, or there are too few classes.
    public init(labels: [Int], perClass: Int, batch: Int) throws {
        guard perClass > 0, batch > 0, batch % perClass == 0 else {
            throw UserFacingError(
                "per-class sampler", field: "batch",
                problem: "\(batch) is no multiple of \(perClass) samples per class",
                remedy: "choose a batch that is one")
        }
        classes = ClassIndex(labels)
        self.perClass = perClass
        classesPerBatch = batch / perClass
        guard classes.members.count >= classesPerBatch else {
            throw UserFacingError(
                "per-class sampler", field: "batch",
                problem: "\(classesPerBatch) classes per batch are wanted, the data has \(classes.members.count)",
                remedy: "choose a smaller batch, or more samples per class")
        }
    }

    /// The batches of an epoch; samples of a class stand together.
    public func batches(seed: UInt64, epoch: Int) -> [[Int]] {
        var generator = SeededGenerator(seed: seed, path: Self.purpose, UInt64(epoch))
        let chunks = classes.members.indices.map { classes.chunks(of: perClass, inClass: $0, using: &generator) }
        return DistinctGroups.packed(chunks, size: classesPerBatch, using: &generator) { index, generator in
            classes.chunks(of: perClass, inClass: index, using: &generator)[0]
        }.map { $0.flatMap { $0 } }
    }

    // Keeps these draws apart from those of other parts that have the same seed.
    private static let purpose: UInt64 = 0x7065_7263_6C61
}
