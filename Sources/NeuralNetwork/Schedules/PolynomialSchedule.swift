import Foundation

/// `(1 - step / steps)^power` of the base: PyTorch's `PolynomialLR`.
public struct PolynomialSchedule: Schedule {
    private let steps: Int
    private let power: Double

    /// Creates it; `steps` is positive.
    public init(steps: Int, power: Double = 1) {
        precondition(steps > 0, "PolynomialSchedule: expected a positive number of steps, got \(steps)")
        self.steps = steps
        self.power = power
    }

    /// The base times the falling power; 0 from the last step on.
    public func learningRate(at step: Int, base: Double) -> Double {
        base * pow(1 - Double(min(step, steps)) / Double(steps), power)
    }
}
