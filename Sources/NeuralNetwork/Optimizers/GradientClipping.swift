public import Torch

/// Limits on gradients, applied between the backward pass and the step.
public enum GradientClipping {
    private static let normsOperator = Operator("aten::_foreach_norm", "Scalar")
    private static let multiplyOperator = Operator("aten::_foreach_mul_", "Tensor")

    /// Scales all gradients together so that their common Euclidean norm is at most `limit`.
    ///
    /// - Returns: the norm before, a tensor of no dimension. Pascanu et al., ICML 2013.
    @discardableResult
    public static func byNorm(_ parameters: [Parameter], limit: Double) -> Tensor {
        let gradients = parameters.compactMap(\.gradient)
        guard !gradients.isEmpty else { return .zeros([]) }
        return withoutGradients {
            let norm = Tensor.stacked(normsOperator.tensors(.tensors(gradients), .double(2))).norm()
            // The small number is PyTorch's, so that both agree to the last digit.
            let factor = ((norm + 1e-6).reciprocal() * limit).clamped(max: 1)
            multiplyOperator.run(.tensors(gradients), .tensor(factor))
            return norm
        }
    }

    /// Holds every element of every gradient within `-limit...limit`.
    public static func byValue(_ parameters: [Parameter], limit: Double) {
        withoutGradients {
            for case let gradient? in parameters.map(\.gradient) {
                gradient.assign(gradient.clamped(min: -limit, max: limit))
            }
        }
    }
}
