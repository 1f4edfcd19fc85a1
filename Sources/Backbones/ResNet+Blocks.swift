import NeuralNetwork
import Torch

/// Two convolutions of 3 x 3, and the input added.
final class BasicBlock: Module, ResidualBlock {
    private let conv1: Conv2d
    private let bn1: BatchNorm
    private let conv2: Conv2d
    private let bn2: BatchNorm
    private let downsample: Sequential?

    init(
        _ inputs: Int, _ width: Int, stride: Int, lastScale: Double, using generator: inout some RandomNumberGenerator
    ) {
        conv1 = .unbiased(inputs, width, kernel: 3, stride: stride, initialisation: .fanOutNormal, using: &generator)
        bn1 = BatchNorm(width)
        conv2 = .unbiased(width, width, kernel: 3, initialisation: .fanOutNormal, using: &generator)
        bn2 = BatchNorm(width, scale: lastScale)
        downsample = .shortcut(inputs, width, stride: stride, initialisation: .fanOutNormal, using: &generator)
    }

    func callAsFunction(_ input: Tensor) -> Tensor {
        let hidden = bn1(conv1(input), rectified: true)
        return bn2(conv2(hidden), adding: downsample?(input) ?? input, rectified: true)
    }

    func consumingInference(_ precision: Precision) -> Inference {
        let first = conv1.prepared(precision, normalizedBy: bn1)
        let second = conv2.prepared(precision, normalizedBy: bn2)
        let shortcut = downsample?.inference(precision)
        return { input in second(first(input, .rectified), addedTo: shortcut?(input) ?? input, rectified: true) }
    }
}

/// A convolution of 1 x 1 to fewer channels, one of 3 x 3 with the stride, one of 1 x 1 to more, and the input added.
final class Bottleneck: Module, ResidualBlock {
    private let conv1: Conv2d
    private let bn1: BatchNorm
    private let conv2: Conv2d
    private let bn2: BatchNorm
    private let conv3: Conv2d
    private let bn3: BatchNorm
    private let downsample: Sequential?

    init(
        _ inputs: Int, _ width: Int, expansion: Int, stride: Int, lastScale: Double,
        using generator: inout some RandomNumberGenerator
    ) {
        let outputs = width * expansion
        conv1 = .unbiased(inputs, width, kernel: 1, initialisation: .fanOutNormal, using: &generator)
        bn1 = BatchNorm(width)
        conv2 = .unbiased(width, width, kernel: 3, stride: stride, initialisation: .fanOutNormal, using: &generator)
        bn2 = BatchNorm(width)
        conv3 = .unbiased(width, outputs, kernel: 1, initialisation: .fanOutNormal, using: &generator)
        bn3 = BatchNorm(outputs, scale: lastScale)
        downsample = .shortcut(inputs, outputs, stride: stride, initialisation: .fanOutNormal, using: &generator)
    }

    func callAsFunction(_ input: Tensor) -> Tensor {
        var hidden = bn1(conv1(input), rectified: true)
        hidden = bn2(conv2(hidden), rectified: true)
        return bn3(conv3(hidden), adding: downsample?(input) ?? input, rectified: true)
    }

    func consumingInference(_ precision: Precision) -> Inference {
        let first = conv1.prepared(precision, normalizedBy: bn1)
        let second = conv2.prepared(precision, normalizedBy: bn2)
        let third = conv3.prepared(precision, normalizedBy: bn3)
        let shortcut = downsample?.inference(precision)
        return { input in
            let hidden = second(first(input, .rectified), .rectified)
            return third(hidden, addedTo: shortcut?(input) ?? input, rectified: true)
        }
    }
}
