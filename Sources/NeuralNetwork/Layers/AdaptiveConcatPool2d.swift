public import Torch

/// The greatest element and the mean of each channel, side by side: `[N, C, H, W]` to `[N, 2 * C, 1, 1]`, maxima first,
/// as in fast.ai.
public final class AdaptiveConcatPool2d: Module, Layer {
    /// Pools `[N, C, H, W]`.
    public func callAsFunction(_ input: Tensor) -> Tensor {
        .concatenated(
            [input.adaptiveMaximumPool(size: [1, 1]), input.adaptiveAveragePool(size: [1, 1])], along: 1)
    }
}
