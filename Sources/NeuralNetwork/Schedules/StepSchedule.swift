import Foundation

/// The learning rate times `factor` after each `every` steps: PyTorch's `StepLR`.
public struct StepSchedule: Schedule {
    private let every: Int
    private let factor: Double

    /// Creates it; `every` is positive.
    public init(every: Int, factor: Double) {
        precondition(every > 0, "StepSchedule: expected a positive distance, got \(every)")
        self.every = every
        self.factor = factor
    }

    /// `base * factor^(step / every)`, with whole division.
    public func learningRate(at step: Int, base: Double) -> Double { base * pow(factor, Double(step / every)) }
}
