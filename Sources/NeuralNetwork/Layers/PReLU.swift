public import Torch

/// Each element, those below zero times a slope that is learnt. He et al., ICCV 2015, eq. 1.
public final class PReLU: Module, Layer {
    let weight: Parameter

    /// Creates the activation with one slope for all, or one for each of `channels` channels.
    public init(channels: Int = 1, slope: Double = 0.25) {
        weight = Parameter(.full([channels], slope))
    }

    /// Applies it to `[N, C, ...]`.
    public func callAsFunction(_ input: Tensor) -> Tensor { input.prelu(slope: weight.tensor) }
}
