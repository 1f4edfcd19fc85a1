/// A linear rise from a part of the base, then another schedule, which begins when the rise is done: PyTorch's
/// `SequentialLR` of `LinearLR` and the other.
public struct WarmUpSchedule: Schedule {
    private let steps: Int
    private let start: Double
    private let next: any Schedule

    /// Creates it.
    ///
    /// - Parameters:
    ///   - steps: how many steps the rise takes.
    ///   - start: the share of the base at step 0.
    ///   - next: what follows.
    public init(steps: Int, from start: Double, then next: any Schedule) {
        precondition(steps >= 0, "WarmUpSchedule: expected a number of steps, got \(steps)")
        self.steps = steps
        self.start = start
        self.next = next
    }

    /// The rising learning rate, then the other schedule's.
    public func learningRate(at step: Int, base: Double) -> Double {
        guard step < steps else { return next.learningRate(at: step - steps, base: base) }
        return base * (start + (1 - start) * Double(step) / Double(steps))
    }

    /// The other schedule's, from its start on.
    public func momentum(at step: Int) -> Double? {
        next.momentum(at: max(0, step - steps))
    }
}
