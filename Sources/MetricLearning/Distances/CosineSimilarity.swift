public import Torch

/// The cosine of the angle between two embeddings, held within -1...1: `s = <x, y> / (|x| |y|)`; larger means closer.
///
/// A zero vector has the cosine 0 with everything.
public struct CosineSimilarity: Distance {
    /// True.
    public var largerMeansCloser: Bool { true }

    /// Creates the similarity.
    public init() {}

    /// Each of `first` `[N, D]` against each of `second` `[M, D]`: `[N, M]`.
    public func pairwise(_ first: Tensor, _ second: Tensor) -> Tensor {
        first.normalizedRows().matrixProduct(second.normalizedRows().transposed()).clamped(min: -1, max: 1)
    }

    /// Each row of `first` `[N, D]` against the same row of `second` `[N, D]`: `[N]`.
    public func rowwise(_ first: Tensor, _ second: Tensor) -> Tensor {
        (first.normalizedRows() * second.normalizedRows()).sum(along: [-1]).clamped(min: -1, max: 1)
    }
}
