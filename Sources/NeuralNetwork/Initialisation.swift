public import Torch

/// The law that the first values of a convolution's or linear map's weight are drawn by.
///
/// With the default, the bias is drawn by the same law; with any other, it begins at 0.
public enum Initialisation: Sendable, Hashable {
    /// Uniform within `1 / sqrt(fanIn)`: PyTorch's default.
    case fanInUniform
    /// Normal with the variance `2 / fanIn`, where fanIn counts the numbers that one output is a sum of. He et al., ICCV
    /// 2015, eq. 10.
    case fanInNormal
    /// Normal with the variance `2 / fanOut`, where fanOut counts the outputs that one input is part of. He et al., ICCV
    /// 2015, eq. 14.
    case fanOutNormal
    /// Normal with this standard deviation.
    case normal(deviation: Double)
    /// Normal with this standard deviation, within -2 and 2.
    case truncatedNormal(deviation: Double)

    /// A weight `[outputs, inputs, ...]`.
    func weight(_ shape: [Int], using generator: inout some RandomNumberGenerator) -> Tensor {
        let fanIn = shape.dropFirst().reduce(1, *)
        let fanOut = shape.reduce(1, *) / shape[1]
        switch self {
        case .fanInUniform: return .fanInUniform(shape, fanIn: fanIn, using: &generator)
        case .fanInNormal: return .normal(shape, deviation: (2 / Double(fanIn)).squareRoot(), using: &generator)
        case .fanOutNormal: return .normal(shape, deviation: (2 / Double(fanOut)).squareRoot(), using: &generator)
        case .normal(let deviation): return .normal(shape, deviation: deviation, using: &generator)
        case .truncatedNormal(let deviation):
            return .truncatedNormal(shape, deviation: deviation, in: -2...2, using: &generator)
        }
    }

    /// The bias `[outputs]` beside a weight with that fanIn.
    func bias(_ outputs: Int, fanIn: Int, using generator: inout some RandomNumberGenerator) -> Tensor {
        self == .fanInUniform ? .fanInUniform([outputs], fanIn: fanIn, using: &generator) : .zeros([outputs])
    }
}

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
