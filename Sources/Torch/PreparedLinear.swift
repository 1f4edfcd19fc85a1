/// An affine map for inference alone, with its weight laid out as the device's library wants it.
///
/// On the processor the product is oneDNN's where libtorch has it, which is two to three times as fast as MKL's on
/// processors of other makers. No gradients are recorded.
public final class PreparedLinear {
    private let bias: Tensor
    private let library: OneDNN.Linear?
    // oneDNN's layout depends on the size of the batch, so the weight is laid out when the first comes.
    private var weight: Tensor
    private var isPacked = false

    /// Prepares a map.
    ///
    /// - Parameters:
    ///   - weight: `[D, C]`, of the type that inputs will have; bfloat16 or float32 for speed.
    ///   - bias: `[D]`, float32.
    public init(weight: Tensor, bias: Tensor) {
        library = OneDNN.linear(weight.dtype, on: weight.device)
        self.weight = weight.contiguous()
        self.bias = bias.to(weight.dtype)
    }

    /// Maps `[N, C]` to `[N, D]`.
    ///
    /// - Parameters:
    ///   - input: of the weight's type.
    ///   - rectified: whether to take the positive part.
    public func callAsFunction(_ input: Tensor, rectified: Bool = false) -> Tensor {
        guard let library else {
            let values = input.linear(weight: weight, bias: bias)
            if rectified { values.rectify() }
            return values
        }
        if !isPacked {
            weight = library.packing(.tensor(weight), .int(input.size(0)))
            isPacked = true
        }
        return library.plain(
            .tensor(input), .tensor(weight), .tensor(bias), .string(rectified ? "relu" : "none"), .optionalScalars([]),
            .string(""))
    }
}
