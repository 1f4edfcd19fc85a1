public import Torch

/// The length of the difference of two embeddings: `d = |x - y|`, of normalised embeddings 0...2.
///
/// Taken from the difference itself, so that close embeddings lose no digits; its derivative where both are equal is 0.
public struct EuclideanDistance: Distance {
    /// Whether embeddings are normalised to length 1 first.
    public let normalized: Bool

    /// False.
    public var largerMeansCloser: Bool { false }

    /// Creates the distance.
    public init(normalized: Bool = true) {
        self.normalized = normalized
    }

    /// Each of `first` `[N, D]` against each of `second` `[M, D]`: `[N, M]`.
    public func pairwise(_ first: Tensor, _ second: Tensor) -> Tensor {
        prepared(first).euclideanDistances(to: prepared(second))
    }

    /// Each row of `first` `[N, D]` against the same row of `second` `[N, D]`: `[N]`.
    public func rowwise(_ first: Tensor, _ second: Tensor) -> Tensor {
        (prepared(first) - prepared(second)).norm(along: -1)
    }

    private func prepared(_ embeddings: Tensor) -> Tensor {
        normalized ? embeddings.normalizedRows() : embeddings
    }
}
