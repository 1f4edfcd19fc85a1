public import Torch

/// The mean over the losses that are above 0; 0 where there is none.
///
/// Easy pairs do not dilute the hard ones, but the value says little: while a margin loss learns, it hovers near its
/// margin, since what is learnt is counted no more. Hermans et al., "In Defense of the Triplet Loss", 2017.
public struct NonZeroMeanReducer: Reducer {
    /// Creates the reducer.
    public init() {}

    /// The number of losses above 0, or that are no number.
    public func divisor(_ losses: Tensor, where mask: Tensor) -> Tensor? {
        (mask .& .!(losses .<= 0)).sum().to(losses.dtype)
    }
}
