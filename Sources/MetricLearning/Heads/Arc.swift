import Torch

/// The angles of cosines, with what finite derivatives by the cosine need; outside of automatic differentiation.
///
/// The derivative of the arc is infinite at cosines of 1 and -1, although the angle between two vectors changes there no
/// faster than anywhere. Derivatives are therefore taken at `inner`, one rounding step inside.
struct Arc {
    /// The angles, from 0 to pi.
    let angles: Tensor
    /// The angles a rounding step inside at the ends, and the same elsewhere.
    let innerAngles: Tensor
    /// The sines of the inner angles, never 0.
    let innerSines: Tensor

    init(_ cosines: Tensor) {
        let end = 1 - (cosines.dtype == .float64 ? Double.ulpOfOne : Double(Float.ulpOfOne))
        (angles, innerAngles, innerSines) = withoutGradients {
            let inner = cosines.clamped(min: -end, max: end)
            let innerSines = Self.sines(inner)
            return (
                .angle(sine: Self.sines(cosines), cosine: cosines), .angle(sine: innerSines, cosine: inner), innerSines
            )
        }
    }

    /// From the two factors of `1 - c^2`, which lose no digits near the ends.
    private static func sines(_ cosines: Tensor) -> Tensor {
        ((-cosines + 1) * (cosines + 1)).clamped(min: 0).squareRoot()
    }
}

extension Tensor {
    /// `value`, with `slope` as its derivative by this tensor.
    func mapped(to value: Tensor, slope: Tensor) -> Tensor {
        value + slope * (self - detached())
    }

    /// The angles of cosines, in radians.
    func anglesOfCosines() -> Tensor {
        let arc = Arc(detached())
        return mapped(to: arc.angles, slope: withoutGradients { -arc.innerSines.reciprocal() })
    }
}
