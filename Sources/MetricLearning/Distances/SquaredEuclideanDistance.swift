public import Torch

/// The squared length of the difference of two embeddings: `d = |x - y|^2`, of normalised embeddings 0...4.
public struct SquaredEuclideanDistance: Distance {
    private let root: EuclideanDistance

    /// Whether embeddings are normalised to length 1 first.
    public var normalized: Bool { root.normalized }

    /// False.
    public var largerMeansCloser: Bool { false }

    /// Creates the distance.
    public init(normalized: Bool = true) {
        root = EuclideanDistance(normalized: normalized)
    }

    /// Each of `first` `[N, D]` against each of `second` `[M, D]`: `[N, M]`.
    public func pairwise(_ first: Tensor, _ second: Tensor) -> Tensor {
        root.pairwise(first, second).squared()
    }

    /// Each row of `first` `[N, D]` against the same row of `second` `[N, D]`: `[N]`.
    public func rowwise(_ first: Tensor, _ second: Tensor) -> Tensor {
        root.rowwise(first, second).squared()
    }
}
