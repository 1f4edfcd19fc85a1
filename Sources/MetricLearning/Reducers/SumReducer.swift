public import Torch

/// The sum of all losses; 0 where there is none.
public struct SumReducer: Reducer {
    /// Creates the reducer.
    public init() {}

    /// Nil.
    public func divisor(_ losses: Tensor, where mask: Tensor) -> Tensor? { nil }
}
