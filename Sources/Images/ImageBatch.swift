public import Torch

/// A batch of images, and those that it should have had but could not be read.
public struct ImageBatch {
    /// `[K, C, H, W]` uint8, channels-last.
    public let images: Tensor

    /// The class of each image, `[K]` int64.
    public let labels: Tensor

    /// The index of each image in its set, K of them, in the order asked for.
    public let indices: [Int]

    /// The images that were asked for but are missing, in the order asked for.
    public let broken: [BrokenImage]

    /// Joins what belongs together.
    ///
    /// - Parameters:
    ///   - images: `[K, C, H, W]` uint8.
    ///   - labels: `[K]` int64.
    ///   - indices: the index of each image in its set.
    ///   - broken: the images that were asked for but are missing.
    public init(images: Tensor, labels: Tensor, indices: [Int], broken: [BrokenImage] = []) {
        self.images = images
        self.labels = labels
        self.indices = indices
        self.broken = broken
    }
}
