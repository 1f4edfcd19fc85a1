public import Torch

/// Images that a loader has read, and those that it could not.
public struct ImageBatch {
    /// `[K, C, H, W]` uint8, channels-last, on the processor.
    public let images: Tensor

    /// The class of each image, `[K]` int64, on the processor.
    public let labels: Tensor

    /// The index of each image in its set, K of them, in the order asked for.
    public let indices: [Int]

    /// The images that were asked for but are missing, in the order asked for.
    public let broken: [BrokenImage]
}
