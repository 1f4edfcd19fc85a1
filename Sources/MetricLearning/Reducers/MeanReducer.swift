public import Torch

/// The mean over all losses; 0 where there is none.
public struct MeanReducer: Reducer {
    /// Creates the reducer.
    public init() {}

    /// The number of losses.
    public func divisor(_ losses: Tensor, where mask: Tensor) -> Tensor? {
        mask.sum().to(losses.dtype)
    }
}
