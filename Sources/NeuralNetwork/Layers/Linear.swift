public import Torch

/// An affine map of the last dimension: `[N, C]` to `[N, D]`.
public final class Linear: Module, Layer {
    let weight: Parameter
    let bias: Parameter?

    /// Creates a map with PyTorch's default initialisation: weight and bias uniform within `1 / sqrt(C)`.
    public init(
        _ inputs: Int, _ outputs: Int, bias: Bool = true, using generator: inout some RandomNumberGenerator
    ) {
        weight = Parameter(.fanInUniform([outputs, inputs], fanIn: inputs, using: &generator))
        self.bias = bias ? Parameter(.fanInUniform([outputs], fanIn: inputs, using: &generator)) : nil
    }

    /// Maps `[N, C]`.
    public func callAsFunction(_ input: Tensor) -> Tensor {
        input.linear(weight: weight.tensor, bias: bias?.tensor)
    }
}
