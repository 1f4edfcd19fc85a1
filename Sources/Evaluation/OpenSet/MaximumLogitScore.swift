public import Torch

/// The greatest logit with the other sign. Hendrycks et al., "Scaling out-of-distribution detection for real-world settings", 2022.
public struct MaximumLogitScore: UnknownScorer {
    /// `maximum-logit`.
    public var name: String { "maximum-logit" }

    /// Logits.
    public var input: UnknownScorerInput { .logits }

    /// Needs no gallery.
    public init() {}

    /// Minus the greatest of each row of logits `[N, C]`: `[N]`.
    ///
    /// - Parameter samples: `[N, C]`.
    /// - Throws: `UserFacingError` that names the first row that is not finite.
    public func scores(of samples: Tensor) throws -> [Double] {
        try samples.checkRows("logits", name)
        return (-samples.detached().to(.float64).maximum(along: [1])).array(of: Double.self)
    }
}
