public import Torch

/// Limits on gradients, applied between the backward pass and the step.
public enum GradientClipping {
    private static let normsOperator = Operator("aten::_foreach_norm", "Scalar")
    private static let multiplyOperator = Operator("aten::_foreach_mul_", "Tensor")

    /// Scales all gradients together so that their common Euclidean norm is at most `limit`.
    ///
    /// - Returns: the norm before, a tensor of no dimension. Pascanu et al., ICML 2013.
    ///
    /// The rows of a divided parameter that other processes hold count too, so every process of its group must call this.
    @discardableResult
    public static func byNorm(_ parameters: [Parameter], limit: Double) -> Tensor {
        let gradients = parameters.compactMap(\.stepGradient)
        guard !gradients.isEmpty else { return .zeros([]) }
        return withoutGradients {
            let norm = norm(parameters)
            // The small number is PyTorch's, so that both agree to the last digit.
            let factor = ((norm + 1e-6).reciprocal() * limit).clamped(max: 1)
            multiplyOperator.run(.tensors(gradients), .tensor(factor))
            return norm
        }
    }

    private static func norm(_ parameters: [Parameter]) -> Tensor {
        func norm(_ gradients: [Tensor]) -> Tensor {
            gradients.isEmpty ? .zeros([]) : .stacked(normsOperator.tensors(.tensors(gradients), .double(2))).norm()
        }
        let divided = parameters.filter { $0.part != nil }
        guard let group = divided.first?.part?.group else { return norm(parameters.compactMap(\.stepGradient)) }
        let own = norm(divided.compactMap(\.stepGradient))
        let common = norm(parameters.filter { $0.part == nil }.compactMap(\.stepGradient)).to(own.device)
        return (common * common + group.sum(own * own)).squareRoot()
    }

    /// Holds every element of every gradient within `-limit...limit`.
    public static func byValue(_ parameters: [Parameter], limit: Double) {
        withoutGradients {
            for case let gradient? in parameters.map(\.stepGradient) {
                gradient.assign(gradient.clamped(min: -limit, max: limit))
            }
        }
    }
}
