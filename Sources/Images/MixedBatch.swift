public import Torch

/// A batch of images each of which is mixed of two: the loss is `factor` times that of ``labels`` plus `1 - factor` times
/// that of ``otherLabels``.
public struct MixedBatch {
    /// `[K, C, H, W]`, float32.
    public let images: Tensor

    /// The labels of the images' first parts, `[K]` int64.
    public let labels: Tensor

    /// The labels of the images' second parts, `[K]` int64.
    public let otherLabels: Tensor

    /// The share of the first parts, 0 to 1.
    public let factor: Double
}
