/// Functions for inference alone: no gradients are recorded, and memory is used again.
extension Tensor {
    private static let fusedPreluOperator = Operator("hypersphere::fused_prelu")

    /// ``prelu(slope:)`` of an image that is no longer needed, after something was added to its edges.
    ///
    /// - Parameters:
    ///   - slope: one for each channel, `[C]` float32.
    ///   - border: `[3, 3, C]` float32, what is added to the pixels of the first row, those between and the last one, and of
    ///     the first column, those between and the last one; the middle is zero and is added to none. Nothing is added when
    ///     nil.
    /// - Returns: the result, in the image's own memory where it can be.
    /// - Precondition: with a border, images are of at least 2 x 2.
    public func consumedByPRelu(slope: Tensor, border: Tensor?) -> Tensor {
        Self.fusedPreluOperator(.tensor(self), .tensor(slope), .optional(border))
    }
}
