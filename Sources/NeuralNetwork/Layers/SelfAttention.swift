public import Torch

/// Attention of tokens to one another in several heads: `[N, T, C]` to `[N, T, C]`. Vaswani et al., NeurIPS 2017,
/// section 3.2; named as in timm, with queries, keys and values from one map.
public final class SelfAttention: Module, Layer {
    private let qkv: Linear
    private let proj: Linear
    private let heads: Int

    /// Creates the layer.
    ///
    /// - Parameters:
    ///   - channels: C.
    ///   - heads: how many parts of the channels attend on their own.
    ///   - initialisation: of both maps.
    ///   - generator: gives the seeds of the first values.
    /// - Precondition: `heads` divides `channels`.
    public init(
        _ channels: Int, heads: Int, initialisation: Initialisation = .fanInUniform,
        using generator: inout some RandomNumberGenerator
    ) {
        require(channels % heads == 0, "SelfAttention: \(heads) heads do not divide \(channels) channels")
        qkv = Linear(channels, 3 * channels, initialisation: initialisation, using: &generator)
        proj = Linear(channels, channels, initialisation: initialisation, using: &generator)
        self.heads = heads
    }

    /// Lets the tokens `[N, T, C]` attend to one another.
    public func callAsFunction(_ input: Tensor) -> Tensor {
        let (count, tokens, channels) = (input.size(0), input.size(1), input.size(2))
        let parts = qkv(input).reshaped([count, tokens, 3, heads, channels / heads]).permuted([2, 0, 3, 1, 4])
        let attended = Tensor.attention(
            queries: parts.selected(0, along: 0), keys: parts.selected(1, along: 0),
            values: parts.selected(2, along: 0))
        return proj(attended.transposed(1, 2).reshaped([count, tokens, channels]))
    }
}
