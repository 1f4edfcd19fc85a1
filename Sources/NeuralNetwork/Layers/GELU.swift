public import Torch

/// Each element times the standard normal distribution's share below it. Hendrycks and Gimpel, 2016.
public final class GELU: Module, Layer {
    /// Applies it.
    public func callAsFunction(_ input: Tensor) -> Tensor { input.gelu() }
}
