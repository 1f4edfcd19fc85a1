public import Torch

extension Linear {
    /// The map for inference, with the normalisations before and after it folded into its weights.
    ///
    /// - Parameters:
    ///   - precision: of the product.
    ///   - first: applied to the input in evaluation. With fewer channels than the map has inputs, these are the pixels of
    ///     images of so many channels `[C, H, W]`, and the prepared map takes them as `[H, W, C]`, as they lie in channels-last.
    ///   - last: applied to the result in evaluation.
    public func prepared(
        _ precision: Precision, of first: BatchNorm? = nil, normalizedBy last: BatchNorm? = nil
    ) -> PreparedLinear {
        let device = weight.tensor.device
        // The last map may be a network's largest weight, so that it is multiplied in its own type; the factors are exact.
        let weight = weight.tensor.detached().to(.cpu)
        var bias = bias?.tensor.detached().to(.cpu).to(.float64) ?? .zeros([weight.size(0)], dtype: .float64)
        let before = first.map(ChannelAffine.init)
        let images = weight.reshaped([weight.size(0), before?.scale.count ?? weight.size(1), -1])
        var scale = Tensor.ones([weight.size(0), 1], dtype: .float64)
        if let before {
            bias = bias + (images.sum(along: [2]).to(.float64) * before.shift).sum(along: [1])
            scale = scale * before.scale
        }
        if let after = last.map(ChannelAffine.init) {
            bias = bias * after.scale + after.shift
            scale = scale * after.scale.unsqueezed(1)
        }
        let folded = (images * scale.to(weight.dtype).unsqueezed(2)).transposed(1, 2).flattened(from: 1)
        return PreparedLinear(weight: folded.to(precision.dtype).to(device), bias: bias.to(.float32).to(device))
    }
}
