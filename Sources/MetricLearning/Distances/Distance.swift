public import Torch

/// How far apart, or how alike, two embeddings are.
///
/// Every distance has a finite derivative everywhere, also between equal embeddings and zero vectors.
public protocol Distance: Sendable {
    /// Whether a larger value means closer, as for a similarity.
    var largerMeansCloser: Bool { get }

    /// Each of `first` `[N, D]` against each of `second` `[M, D]`: `[N, M]`.
    func pairwise(_ first: Tensor, _ second: Tensor) -> Tensor

    /// Each row of `first` `[N, D]` against the same row of `second` `[N, D]`: `[N]`.
    func rowwise(_ first: Tensor, _ second: Tensor) -> Tensor
}

extension Distance {
    /// The distance with its sign such that a smaller value means closer, `[N, M]`.
    func farness(_ first: Tensor, _ second: Tensor) -> Tensor {
        let values = pairwise(first, second)
        return largerMeansCloser ? -values : values
    }

    /// The distance with its sign such that a larger value means closer, `[N, M]`.
    func closeness(_ first: Tensor, _ second: Tensor) -> Tensor {
        let values = pairwise(first, second)
        return largerMeansCloser ? values : -values
    }
}

extension Tensor {
    /// The tensor in 32 bits, unless it has 64.
    func inFullPrecision() -> Tensor {
        dtype == .float64 ? self : to(.float32)
    }
}
