import Torch

/// `scale * x + shift` of each channel, which batch normalisation is in evaluation: `[C]` both, float64 on the processor.
struct ChannelAffine {
    let scale: Tensor
    let shift: Tensor

    init(_ norm: BatchNorm) {
        func exact(_ tensor: Tensor) -> Tensor { tensor.detached().to(.cpu).to(.float64) }
        let deviation = (exact(norm.runningVar.tensor) + norm.epsilon).squareRoot()
        scale = (norm.weight.map { exact($0.tensor) } ?? .ones(deviation.shape, dtype: .float64)) / deviation
        let product = scale * exact(norm.runningMean.tensor)
        shift = norm.bias.map { exact($0.tensor) - product } ?? -product
    }
}
