public import Torch

/// One minus the cosine of the angle between two embeddings, 0...2: `d = 1 - <x, y> / (|x| |y|)`.
public struct CosineDistance: Distance {
    /// False.
    public var largerMeansCloser: Bool { false }

    /// Creates the distance.
    public init() {}

    /// Each of `first` `[N, D]` against each of `second` `[M, D]`: `[N, M]`.
    public func pairwise(_ first: Tensor, _ second: Tensor) -> Tensor {
        -CosineSimilarity().pairwise(first, second) + 1
    }

    /// Each row of `first` `[N, D]` against the same row of `second` `[N, D]`: `[N]`.
    public func rowwise(_ first: Tensor, _ second: Tensor) -> Tensor {
        -CosineSimilarity().rowwise(first, second) + 1
    }
}
