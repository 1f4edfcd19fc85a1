import Foundation

/// Up from a small learning rate to the base and down to almost nothing, the momentum against it: PyTorch's `OneCycleLR`.
///
/// The optimizer's learning rate is the greatest one. Smith and Topin, 2017.
public struct OneCycleSchedule: Schedule {
    /// The curve between two learning rates.
    public enum Curve: String, Sendable, CaseIterable, Codable {
        case cosine, linear
    }

    private let steps: Int
    private let rise: Double
    private let curve: Curve
    private let startDivisor: Double
    private let endDivisor: Double
    private let isThreePhase: Bool
    private let momenta: (base: Double, greatest: Double)?

    /// Creates it.
    ///
    /// - Parameters:
    ///   - steps: the length of the cycle, greater than 1.
    ///   - rise: the share of the steps that go up.
    ///   - curve: how one learning rate passes into the next.
    ///   - startDivisor: the base over the first learning rate.
    ///   - endDivisor: the first learning rate over the last.
    ///   - threePhase: whether to come down as fast as up, then on to the last.
    ///   - momenta: the least and greatest momentum; nil leaves it alone.
    public init(
        steps: Int, rise: Double = 0.3, curve: Curve = .cosine, startDivisor: Double = 25, endDivisor: Double = 1e4,
        threePhase: Bool = false, momenta: (base: Double, greatest: Double)? = nil
    ) {
        precondition(steps > 1, "OneCycleSchedule: expected more than one step, got \(steps)")
        self.steps = steps
        self.rise = rise
        self.curve = curve
        self.startDivisor = startDivisor
        self.endDivisor = endDivisor
        isThreePhase = threePhase
        self.momenta = momenta
    }

    /// The learning rate on the cycle; the last one after its end.
    public func learningRate(at step: Int, base: Double) -> Double {
        let start = base / startDivisor
        return value(at: step, low: start, high: base, end: start / endDivisor)
    }

    /// The momentum, high where the learning rate is low.
    public func momentum(at step: Int) -> Double? {
        momenta.map { value(at: step, low: $0.greatest, high: $0.base, end: $0.greatest) }
    }

    private func value(at step: Int, low: Double, high: Double, end: Double) -> Double {
        let top = rise * Double(steps) - 1
        let last = Double(steps - 1)
        let phases: [(end: Double, from: Double, to: Double)] =
            isThreePhase
            ? [(top, low, high), (2 * top, high, low), (last, low, end)] : [(top, low, high), (last, high, end)]
        let position = min(Double(step), last)
        var begin = 0.0
        for phase in phases {
            // A rise of one step has no length; its end is where the next phase begins.
            if phase.end > begin && (position <= phase.end || phase.end == last) {
                return between(phase.from, phase.to, at: (position - begin) / (phase.end - begin))
            }
            begin = phase.end
        }
        return end
    }

    private func between(_ from: Double, _ to: Double, at progress: Double) -> Double {
        switch curve {
        case .cosine: to + (from - to) / 2 * (1 + cos(Double.pi * progress))
        case .linear: from + (to - from) * progress
        }
    }
}
