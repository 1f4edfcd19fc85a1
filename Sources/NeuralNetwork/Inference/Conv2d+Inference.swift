public import Torch

/// A convolution without the normalisations around it.
public struct FoldedConvolution {
    /// The convolution with what was folded into it.
    public let convolution: PreparedConvolution

    /// What is to be added at the edges of the result, `[3, 3, D]`, since padding does not have the shift that was folded; see
    /// `Tensor.consumedByPRelu(slope:border:)`.
    public let border: Tensor
}

extension Conv2d {
    /// The convolution for inference, with the normalisation that follows it folded into its weights. Computed in 64 bits.
    ///
    /// - Parameters:
    ///   - precision: of the product.
    ///   - norm: applied to the result in evaluation.
    public func prepared(_ precision: Precision, normalizedBy norm: BatchNorm? = nil) -> PreparedConvolution {
        let (weight, bias) = folded(norm)
        return prepared(weight, bias, precision)
    }

    /// The convolution for inference, with the normalisations before and after it folded into its weights.
    ///
    /// A normalisation before it is exact inside the image. The padding is not normalised, so that at the edges the shift of
    /// those taps that see padding is missing: that is the border.
    ///
    /// - Parameters:
    ///   - precision: of the product.
    ///   - first: applied to the input in evaluation.
    ///   - last: applied to the result in evaluation.
    /// - Precondition: the kernel is 3 x 3, with stride, padding and dilation 1.
    public func prepared(_ precision: Precision, of first: BatchNorm, normalizedBy last: BatchNorm) -> FoldedConvolution
    {
        require(
            weight.tensor.shape.suffix(2) == [3, 3] && stride == 1 && padding == 1 && dilation == 1 && groups == 1,
            "Conv2d: expected a kernel of 3 x 3 with stride, padding and dilation 1, got \(weight.tensor.shape), "
                + "\(stride), \(padding) and \(dilation)")
        let (weight, bias) = folded(last)
        let before = ChannelAffine(first)
        // Of an image of 3 x 3, each pixel is of another kind.
        let image = before.shift.reshaped([1, -1, 1, 1]).expanded([1, before.shift.count, 3, 3])
        let shifts = image.convolution(
            weight: weight, bias: nil, stride: [1, 1], padding: [1, 1], dilation: [1, 1], groups: 1
        ).permuted([0, 2, 3, 1])[0]
        let inside = shifts[1][1]
        return FoldedConvolution(
            convolution: prepared(weight * before.scale.reshaped([1, -1, 1, 1]), bias + inside, precision),
            border: (shifts - inside).to(.float32).to(self.weight.tensor.device).contiguous())
    }

    private func prepared(_ weight: Tensor, _ bias: Tensor, _ precision: Precision) -> PreparedConvolution {
        let device = self.weight.tensor.device
        return PreparedConvolution(
            weight: weight.to(precision.dtype).to(device), bias: bias.to(.float32).to(device), stride: stride,
            padding: padding, dilation: dilation, groups: groups)
    }

    private func folded(_ norm: BatchNorm?) -> (weight: Tensor, bias: Tensor) {
        let weight = weight.tensor.detached().to(.cpu).to(.float64)
        let bias = bias?.tensor.detached().to(.cpu).to(.float64) ?? .zeros([weight.size(0)], dtype: .float64)
        guard let affine = norm.map(ChannelAffine.init) else { return (weight, bias) }
        return (weight * affine.scale.reshaped([-1, 1, 1, 1]), bias * affine.scale + affine.shift)
    }
}
