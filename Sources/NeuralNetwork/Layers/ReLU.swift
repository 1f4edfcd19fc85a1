public import Torch

/// The positive part of each element.
public final class ReLU: Module, Layer {
    /// Applies it.
    public func callAsFunction(_ input: Tensor) -> Tensor { input.relu() }
}
