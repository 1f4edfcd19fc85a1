import Foundation

/// The learning rate times `factor` at each milestone: PyTorch's `MultiStepLR`.
public struct MultiStepSchedule: Schedule {
    private let milestones: [Int]
    private let factor: Double

    /// Creates it; a milestone that stands twice counts twice.
    public init(milestones: [Int], factor: Double) {
        self.milestones = milestones
        self.factor = factor
    }

    /// `base * factor^k` after `k` milestones.
    public func learningRate(at step: Int, base: Double) -> Double {
        base * pow(factor, Double(milestones.count { $0 <= step }))
    }
}
