public import Torch

extension Linear {
    /// The map for inference, with the normalisations before and after it folded into its weights. Computed in 64
    /// bits.
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
        var weight = weight.tensor.detached().to(.cpu).to(.float64)
        var bias = bias?.tensor.detached().to(.cpu).to(.float64) ?? .zeros([weight.size(0)], dtype: .float64)
        if let affine = first.map(ChannelAffine.init) {
            let images = weight.reshaped([weight.size(0), affine.scale.count, -1])
            bias = bias + (images.sum(along: [2]) * affine.shift).sum(along: [1])
            weight = (images * affine.scale.reshaped([1, -1, 1])).transposed(1, 2).flattened(from: 1)
        }
        if let affine = last.map(ChannelAffine.init) {
            weight = weight * affine.scale.unsqueezed(1)
            bias = bias * affine.scale + affine.shift
        }
        return PreparedLinear(weight: weight.to(precision.dtype).to(device), bias: bias.to(.float32).to(device))
    }
}
