/// The same learning rate throughout.
public struct ConstantSchedule: Schedule {
    /// Creates it.
    public init() {}

    /// The base itself.
    public func learningRate(at step: Int, base: Double) -> Double { base }
}
