import Foundation

/// Half a cosine wave from the base down to `minimum`: PyTorch's `CosineAnnealingLR` over one period, then constant.
/// Loshchilov and Hutter, ICLR 2017, eq. 5.
public struct CosineSchedule: Schedule {
    private let steps: Int
    private let minimum: Double

    /// Creates it; `steps` is positive.
    public init(steps: Int, minimum: Double = 0) {
        precondition(steps > 0, "CosineSchedule: expected a positive number of steps, got \(steps)")
        self.steps = steps
        self.minimum = minimum
    }

    /// `minimum + (base - minimum) * (1 + cos(pi * step / steps)) / 2`.
    public func learningRate(at step: Int, base: Double) -> Double {
        let progress = Double(min(step, steps)) / Double(steps)
        return minimum + (base - minimum) * (1 + cos(Double.pi * progress)) / 2
    }
}
