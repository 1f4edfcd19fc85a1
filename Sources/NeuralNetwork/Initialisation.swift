public import Torch

extension Tensor {
    /// Uniform numbers within `1 / sqrt(fanIn)`, PyTorch's default for weights and biases of convolutions and linear
    /// maps: `kaiming_uniform_` with `a = sqrt(5)`.
    public static func fanInUniform(
        _ shape: [Int], fanIn: Int, using generator: inout some RandomNumberGenerator
    ) -> Tensor {
        let bound = fanIn > 0 ? 1 / Double(fanIn).squareRoot() : 0
        return uniform(shape, in: -bound...bound, using: &generator)
    }

    /// Uniform numbers within `sqrt(6 / (fanIn + fanOut))` for a matrix `[fanOut, fanIn]`. Glorot and Bengio, AISTATS
    /// 2010, eq. 16.
    public static func xavierUniform(_ shape: [Int], using generator: inout some RandomNumberGenerator) -> Tensor {
        require(shape.count == 2, "xavierUniform: expected a matrix, got \(shape)")
        let bound = (6 / Double(shape[0] + shape[1])).squareRoot()
        return uniform(shape, in: -bound...bound, using: &generator)
    }
}
