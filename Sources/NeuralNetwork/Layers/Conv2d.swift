public import Torch

/// Two-dimensional cross-correlation: `[N, C, H, W]` to `[N, D, H', W']`.
public final class Conv2d: Module, Layer {
    let weight: Parameter
    let bias: Parameter?
    let stride: Int
    let padding: Int
    let dilation: Int
    let groups: Int

    /// Creates a convolution; by default with PyTorch's initialisation, weight and bias uniform within
    /// `1 / sqrt(C / groups * kernel * kernel)`.
    ///
    /// - Precondition: `groups` divides both channel numbers.
    public init(
        _ inputChannels: Int, _ outputChannels: Int, kernel: Int, stride: Int = 1, padding: Int = 0, dilation: Int = 1,
        groups: Int = 1, bias: Bool = true, initialisation: Initialisation = .fanInUniform,
        using generator: inout some RandomNumberGenerator
    ) {
        require(
            inputChannels % groups == 0 && outputChannels % groups == 0,
            "Conv2d: \(groups) groups do not divide \(inputChannels) and \(outputChannels) channels")
        let fanIn = inputChannels / groups * kernel * kernel
        weight = Parameter(
            initialisation.weight([outputChannels, inputChannels / groups, kernel, kernel], using: &generator))
        self.bias = bias ? Parameter(initialisation.bias(outputChannels, fanIn: fanIn, using: &generator)) : nil
        self.stride = stride
        self.padding = padding
        self.dilation = dilation
        self.groups = groups
    }

    /// Convolves `[N, C, H, W]`.
    public func callAsFunction(_ input: Tensor) -> Tensor {
        input.convolution(
            weight: weight.tensor, bias: bias?.tensor, stride: [stride, stride], padding: [padding, padding],
            dilation: [dilation, dilation], groups: groups)
    }
}
