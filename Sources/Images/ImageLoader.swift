public import Datasets
import Foundation
import Torch

/// Reads a set's image files in batches, by threads that decode ahead of the consumer.
///
/// What comes out depends on the set, the geometry, the seed, the epoch and the batches asked for; never on the number of
/// threads or their luck. A sample asked for twice in one epoch comes out the same.
public struct ImageLoader: Sendable {
    /// The set.
    public let files: ImageFileDataset

    /// How each image becomes one of the batch's size.
    public let geometry: ImageGeometry

    /// Threads that decode, at least 1.
    public let workers: Int

    /// Batches that may be under way or wait for the consumer, at least 1; memory is for so many.
    public let ahead: Int

    /// The run's seed, from which the geometry draws.
    public let seed: UInt64

    /// What each pixel of a batch has.
    public let channels: ImageChannels

    /// What happens when a file cannot be used.
    public let broken: BrokenImage.Policy

    /// Creates a loader; threads start with the first batch.
    ///
    /// - Parameters:
    ///   - files: the set.
    ///   - geometry: how each image becomes one of the batch's size.
    ///   - workers: threads that decode.
    ///   - ahead: batches that may be under way or wait; 2 keep the threads busy.
    ///   - seed: the run's seed.
    ///   - channels: what each pixel of a batch has.
    ///   - broken: what happens when a file cannot be used.
    /// - Precondition: `workers` and `ahead` are at least 1.
    public init(
        _ files: ImageFileDataset, geometry: ImageGeometry, workers: Int, ahead: Int = 2, seed: UInt64,
        channels: ImageChannels = .rgb, broken: BrokenImage.Policy = .stop
    ) {
        require(
            workers >= 1 && ahead >= 1,
            "ImageLoader: expected at least 1 worker and 1 batch ahead, got \(workers) and \(ahead)")
        self.files = files
        self.geometry = geometry
        self.workers = workers
        self.ahead = ahead
        self.seed = seed
        self.channels = channels
        self.broken = broken
    }

    /// Starts to read batches.
    ///
    /// - Parameters:
    ///   - indices: the samples of each batch, by their index in the set.
    ///   - epoch: which epoch, from 0 or 1 as the caller counts.
    /// - Returns: the batches, one after the other.
    /// - Precondition: each index is one of the set's, and `epoch` is not negative.
    public func batches(_ indices: [[Int]], epoch: Int) -> ImageBatches {
        let range = files.samples.indices
        require(
            indices.allSatisfy { $0.allSatisfy(range.contains) },
            "ImageLoader.batches: expected indices in \(range)")
        return ImageBatches(self, plan: indices, draws: SampleDraws(seed: seed, epoch: epoch))
    }
}
