public import Torch

/// An affine map of the last dimension: `[N, C]` to `[N, D]`.
public final class Linear: Module, Layer {
    let weight: Parameter
    let bias: Parameter?

    /// Creates a map; by default with PyTorch's initialisation, weight and bias uniform within `1 / sqrt(C)`.
    public init(
        _ inputs: Int, _ outputs: Int, bias: Bool = true, initialisation: Initialisation = .fanInUniform,
        using generator: inout some RandomNumberGenerator
    ) {
        weight = Parameter(initialisation.weight([outputs, inputs], using: &generator))
        self.bias = bias ? Parameter(initialisation.bias(outputs, fanIn: inputs, using: &generator)) : nil
    }

    /// Maps `[N, C]`.
    public func callAsFunction(_ input: Tensor) -> Tensor {
        input.linear(weight: weight.tensor, bias: bias?.tensor)
    }
}
