public import Torch

/// All dimensions but the first as one: `[N, C, H, W]` to `[N, C * H * W]`.
public final class Flatten: Module, Layer {
    /// Flattens.
    public func callAsFunction(_ input: Tensor) -> Tensor { input.flattened(from: 1) }
}
