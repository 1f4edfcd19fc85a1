import Torch

/// The target cosine with a margin: `cos(m1 theta + m2) - m3`, of the cosine `cos(theta)`.
///
/// Value and derivative are computed side by side and not by automatic differentiation, so that both are finite for every
/// cosine in -1...1.
struct AngularMargin {
    /// A margin for all samples, or one for each, `[N]`.
    enum Amount {
        case same(Double)
        case each(Tensor)

        func tensor(like cosines: Tensor) -> Tensor {
            switch self {
            case .same(let value): .full([], value, dtype: cosines.dtype, device: cosines.device)
            case .each(let values): values
            }
        }
    }

    /// m1, a factor on the angle.
    var multiplier = 1.0
    /// m2, added to the angle, in radians; gradients flow through one for each sample.
    var angle = Amount.same(0)
    /// m3, subtracted from the cosine; gradients flow through one for each sample.
    var cosine = Amount.same(0)
    /// What happens past pi.
    var overflow = MarginOverflow.none
    /// What goes backward.
    var gradient = MarginGradient.exact

    /// The value, and its derivatives by the cosine and by m2.
    private static let curve = Operator("hypersphere::margin_curve")

    /// The target cosines with the margin, `[N]` of `[N]`.
    func callAsFunction(_ cosines: Tensor) -> Tensor {
        let (value, slope) = valueAndSlope(cosines.detached())
        return cosines.mapped(to: value, slope: slope)
    }

    /// The target cosines with the margin, through which gradients of the margins alone flow, and their derivative by the
    /// cosines; all `[N]`.
    func valueAndSlope(_ cosines: Tensor) -> (value: Tensor, slope: Tensor) {
        let lowered = cosine.tensor(like: cosines)
        if multiplier == 1, case .same(0) = angle { return (cosines - lowered, cosines.ones()) }
        let angles = angle.tensor(like: cosines)
        let curve = withoutGradients {
            Self.curve.tensors(
                .tensor(cosines), .tensor(angles), .double(multiplier), .string(overflow.rawValue))
        }
        var value = curve[0] - lowered
        if angles.requiresGradient { value = value + curve[2] * (angles - angles.detached()) }
        return (value, gradient == .exact ? curve[1] : cosines.ones())
    }
}

extension Tensor {
    func ones() -> Tensor { .ones(shape, dtype: dtype, device: device) }
    func zeros() -> Tensor { .zeros(shape, dtype: dtype, device: device) }
}
