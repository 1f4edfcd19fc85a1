public import Torch

/// How the many losses of a batch become one.
///
/// Where there is no loss to reduce, because the batch is empty or no pair of it says anything, every reducer gives 0 with
/// a gradient of 0. A loss that is not a number makes the result not a number.
public protocol Reducer: Sendable {
    /// What the sum of the losses where `mask` is true is divided by, a tensor of no dimension; nil for nothing.
    ///
    /// A divisor below 1 counts as 1. The divisor of several parts together is the sum of theirs.
    ///
    /// - Parameters:
    ///   - losses: of any shape.
    ///   - mask: of the same shape, bool.
    func divisor(_ losses: Tensor, where mask: Tensor) -> Tensor?
}

extension Reducer {
    /// All losses, of any shape, as one number, a tensor of no dimension.
    public func callAsFunction(_ losses: Tensor) -> Tensor {
        self(losses, where: .ones(losses.shape, dtype: .bool, device: losses.device))
    }

    /// The losses where `mask` is true as one number, a tensor of no dimension.
    public func callAsFunction(_ losses: Tensor, where mask: Tensor) -> Tensor {
        let sum = losses.kept(where: mask).sum()
        return divisor(losses, where: mask).map { sum / $0.clamped(min: 1) } ?? sum
    }
}
