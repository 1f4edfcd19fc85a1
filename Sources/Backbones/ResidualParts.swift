import NeuralNetwork

extension Conv2d {
    /// A convolution without bias that keeps the size of an image but for its stride.
    static func unbiased(
        _ inputs: Int, _ outputs: Int, kernel: Int, stride: Int = 1, initialisation: Initialisation,
        using generator: inout some RandomNumberGenerator
    ) -> Conv2d {
        Conv2d(
            inputs, outputs, kernel: kernel, stride: stride, padding: kernel / 2, bias: false,
            initialisation: initialisation, using: &generator)
    }
}

extension Sequential {
    /// What brings the input of a residual block to its output's shape; nil where it has it.
    static func shortcut(
        _ inputs: Int, _ outputs: Int, stride: Int, initialisation: Initialisation,
        using generator: inout some RandomNumberGenerator
    ) -> Sequential? {
        guard stride > 1 || inputs != outputs else { return nil }
        let convolution = Conv2d.unbiased(
            inputs, outputs, kernel: 1, stride: stride, initialisation: initialisation, using: &generator)
        return Sequential(convolution, BatchNorm(outputs))
    }
}
