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

    /// How near to 0 and pi ``MarginOverflow/clip`` lets an angle come.
    private static let clipping = 1e-3

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
        let curve = withoutGradients { self.curve(cosines, angles) }
        var value = curve.value - lowered
        if angles.requiresGradient { value = value + curve.angleSlope * (angles - angles.detached()) }
        return (value, gradient == .exact ? curve.slope : curve.slope.ones())
    }

    /// A value, and its derivatives by the cosine and by the angle m2.
    private struct Curve {
        var value: Tensor
        var slope: Tensor
        var angleSlope: Tensor

        func replaced(where mask: Tensor, by other: Curve) -> Curve {
            Curve(
                value: other.value.kept(where: mask, else: value),
                slope: other.slope.kept(where: mask, else: slope),
                angleSlope: other.angleSlope.kept(where: mask, else: angleSlope))
        }
    }

    private func curve(_ cosines: Tensor, _ angle: Tensor) -> Curve {
        let arc = Arc(cosines)
        let widened = arc.angles * multiplier + angle
        let slope = (arc.innerAngles * multiplier + angle).sine() * multiplier / arc.innerSines
        let curve = Curve(value: widened.cosine(), slope: slope, angleSlope: -widened.sine())
        let ones = cosines.ones()
        let zeros = cosines.zeros()
        switch overflow {
        case .none:
            return curve
        case .easy:
            return Curve(value: cosines, slope: ones, angleSlope: zeros)
                .replaced(where: cosines .> 0, by: curve)
        case .clip:
            let held = widened.clamped(min: Self.clipping, max: .pi - Self.clipping)
            return Curve(value: held.cosine(), slope: zeros, angleSlope: zeros)
                .replaced(where: held.equals(widened), by: curve)
        case .cosine:
            // The angle that is left to pi where the widened angle reaches it.
            let left = (angle - .pi) / multiplier + .pi
            let past = Curve(
                value: cosines - left * left.sine(), slope: ones,
                angleSlope: zeros - (left.sine() + left * left.cosine()) / multiplier)
            return curve.replaced(where: widened .> .pi, by: past)
        }
    }
}

extension Tensor {
    func ones() -> Tensor { .ones(shape, dtype: dtype, device: device) }
    func zeros() -> Tensor { .zeros(shape, dtype: dtype, device: device) }
}
