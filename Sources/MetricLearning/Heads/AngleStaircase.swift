import Torch

/// SphereFace's psi: the cosine of `m theta`, continued past pi so that it falls throughout.
struct AngleStaircase {
    /// m, a factor on the angle, 1 or more.
    let multiplier: Double
    /// What goes backward.
    let gradient: MarginGradient

    /// `(-1)^k cos(m theta) - 2 k` with `k = floor(m theta / pi)`, `[N]` of target cosines `[N]`.
    func callAsFunction(_ cosines: Tensor) -> Tensor {
        guard multiplier != 1 else { return cosines }
        let (value, slope) = withoutGradients {
            let arc = Arc(cosines)
            let (k, sign) = stair(arc.angles)
            let value = (arc.angles * multiplier).cosine() * sign - k * 2
            let innerSign = stair(arc.innerAngles).sign
            return (value, (arc.innerAngles * multiplier).sine() * innerSign * multiplier / arc.innerSines)
        }
        return cosines.mapped(to: value, slope: gradient == .exact ? slope : slope.ones())
    }

    /// k and `(-1)^k`; at an angle of pi, where a whole m would give k = m, the stair below it counts.
    private func stair(_ angles: Tensor) -> (k: Tensor, sign: Tensor) {
        let k = (angles * (multiplier / .pi)).roundedDown().clamped(max: multiplier.rounded(.up) - 1)
        let isOdd = k - (k * 0.5).roundedDown() * 2
        return (k, -isOdd * 2 + 1)
    }
}
