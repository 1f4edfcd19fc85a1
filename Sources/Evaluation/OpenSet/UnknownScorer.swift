public import Torch

/// Says how unknown samples look: the higher, the more unknown. Every scorer has that direction.
public protocol UnknownScorer {
    /// The name in reports and saved thresholds, such as `nearest-cosine`.
    var name: String { get }

    /// What the scorer reads.
    var input: UnknownScorerInput { get }

    /// The score of each sample.
    ///
    /// - Parameter samples: embeddings `[N, D]` or logits `[N, C]`, whichever ``input`` says.
    /// - Returns: `[N]`, higher for the more unknown.
    /// - Throws: `UserFacingError` that names the first row for which no score is defined.
    func scores(of samples: Tensor) throws -> [Double]
}
