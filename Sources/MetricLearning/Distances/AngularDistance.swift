public import Torch

/// The angle between two embeddings in radians, 0...pi: `d = acos(<x, y> / (|x| |y|))`.
///
/// The derivative of the arc cosine is infinite at -1 and 1; it is taken a rounding step inside there, 2,048 in 32 bits, where the
/// cosine's own is all but 0. A zero vector is at a right angle to everything.
public struct AngularDistance: Distance {
    /// False.
    public var largerMeansCloser: Bool { false }

    /// Creates the distance.
    public init() {}

    /// Each of `first` `[N, D]` against each of `second` `[M, D]`: `[N, M]`.
    public func pairwise(_ first: Tensor, _ second: Tensor) -> Tensor {
        CosineSimilarity().pairwise(first, second).anglesOfCosines()
    }

    /// Each row of `first` `[N, D]` against the same row of `second` `[N, D]`: `[N]`.
    public func rowwise(_ first: Tensor, _ second: Tensor) -> Tensor {
        CosineSimilarity().rowwise(first, second).anglesOfCosines()
    }
}
