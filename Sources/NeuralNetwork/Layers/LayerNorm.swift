public import Torch

/// Normalisation of the last dimension of `[..., C]` to mean 0 and variance 1, with a weight and a bias of each channel.
/// Ba et al., 2016.
public final class LayerNorm: Module, Layer {
    let weight: Parameter
    let bias: Parameter
    private let epsilon: Double

    /// Creates the layer with weight 1 and bias 0.
    ///
    /// - Parameters:
    ///   - channels: C.
    ///   - epsilon: added to the variance.
    public init(_ channels: Int, epsilon: Double = 1e-5) {
        weight = Parameter(.ones([channels]))
        bias = Parameter(.zeros([channels]))
        self.epsilon = epsilon
    }

    /// Normalises `[..., C]`.
    public func callAsFunction(_ input: Tensor) -> Tensor {
        input.layerNorm(weight: weight.tensor, bias: bias.tensor, epsilon: epsilon)
    }
}
