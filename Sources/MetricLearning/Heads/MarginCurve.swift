import Foundation
import Torch

/// The target logit of a head as a function of the angle between an embedding and the vector of its class.
///
/// It is worked out in float64 by the code that training runs, so what it shows is what embeddings are taught.
public struct MarginCurve {
    /// What the curve holds for, such as `greatest margin`; nil where the margin is the same for all samples.
    public let condition: String?
    /// What the target cosine is multiplied by; nil where that is the length of the embedding, which then counts as 1.
    public let scale: Double?
    /// The factor on the angle.
    public let multiplier: Double
    /// What is added to the angle.
    public let angle: Angle
    /// What is subtracted from the cosine.
    public let cosine: Double

    var factor: Double { scale ?? 1 }

    /// The target cosines with the margin, of target cosines `[N]`; with the exact derivative where one is asked for.
    private let targets: (_ cosines: Tensor, _ exactly: Bool) -> Tensor

    /// A curve at some angles; all `[N]`.
    public struct Samples: Sendable, Equatable {
        /// The target logits.
        public let logits: [Double]
        /// Their derivatives by the angle in radians; where these are above 0, samples are pushed away from their class.
        public let derivatives: [Double]
        /// What goes backward to the target cosine; with ``MarginGradient/straightThrough`` not the logit's derivative.
        public let gradients: [Double]
    }

    /// Creates the curve of a margin that is one for all samples, or one number.
    init(_ margin: AngularMargin, scale: Double, condition: String? = nil) {
        self.init(
            condition: condition, scale: scale, multiplier: margin.multiplier, angle: margin.angle.number,
            cosine: margin.cosine.number
        ) { cosines, exactly in
            var margin = margin
            if exactly { margin.gradient = .exact }
            return margin(cosines)
        }
    }

    /// Creates a curve from the function of the cosine that training differentiates.
    init(
        condition: String?, scale: Double?, multiplier: Double, angle: Double = 0, cosine: Double = 0,
        targets: @escaping (_ cosines: Tensor, _ exactly: Bool) -> Tensor
    ) {
        self.condition = condition
        self.scale = scale
        self.multiplier = multiplier
        self.angle = .radians(angle)
        self.cosine = cosine
        self.targets = targets
    }

    /// The curve at angles of 0 to pi radians.
    ///
    /// - Parameter angles: in radians, `[N]`.
    public func callAsFunction(at angles: [Double]) -> Samples {
        require(
            angles.allSatisfy { (0...Double.pi).contains($0) }, "MarginCurve: expected angles from 0 to pi radians")
        // The cosine of the double nearest to a right angle is 6e-17, on one side of a jump that is at 0.
        let cosines = Tensor(angles.map { $0 == .pi / 2 ? 0 : cos($0) })
        let (values, slopes) = valuesAndSlopes(cosines, exactly: true)
        let gradients = valuesAndSlopes(cosines, exactly: false).slopes
        let byAngle = -slopes * Arc(cosines).innerSines
        return Samples(
            logits: (values * factor).array(), derivatives: (byAngle * factor).array(),
            gradients: (gradients * factor).array())
    }

    private func valuesAndSlopes(_ cosines: Tensor, exactly: Bool) -> (values: Tensor, slopes: Tensor) {
        let cosines = cosines.detached().requiringGradient()
        let values = targets(cosines, exactly)
        values.backward(values.detached().ones())
        return (values.detached(), cosines.gradient ?? cosines.zeros())
    }
}

extension AngularMargin.Amount {
    /// The margin, which is one number.
    fileprivate var number: Double {
        switch self {
        case .same(let value): value
        case .each(let values): values.item()
        }
    }
}
