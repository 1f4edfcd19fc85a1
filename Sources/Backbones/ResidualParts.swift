import NeuralNetwork
import Torch

/// A block that adds what it computes to what it is given.
protocol ResidualBlock: Layer {
    /// What the block computes in evaluation; the memory of its input is used.
    func consumingInference(_ precision: Precision) -> Inference
}

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
    /// What the residual blocks of all stages compute in evaluation; the memory of the first one's input is used.
    static func residualBlocks(of stages: [Sequential], _ precision: Precision) -> [Inference] {
        stages.flatMap(\.layers).map { layer in
            (layer as? any ResidualBlock)?.consumingInference(precision) ?? layer.inference(precision)
        }
    }

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
