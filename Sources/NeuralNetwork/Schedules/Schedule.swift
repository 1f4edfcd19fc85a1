/// A learning rate as a pure function of how far training has come, so that resuming needs no state.
///
/// A step is an epoch or an iteration, as the user counts; the first step is 0.
public protocol Schedule: Sendable {
    /// The learning rate of step `step`, for an optimizer made with the learning rate `base`.
    func learningRate(at step: Int, base: Double) -> Double

    /// The momentum of step `step`, where the schedule changes it.
    func momentum(at step: Int) -> Double?
}

extension Schedule {
    /// No change of the momentum.
    public func momentum(at step: Int) -> Double? { nil }
}
