/// What one method's verification comes to over all thresholds: how many pairs are wrongly and rightly accepted.
public struct RateCurve: Sendable, Equatable {
    /// The method's name.
    public let name: String
    /// The shares of pairs of different classes that are accepted `[K]`, from 0 to 1, never falling.
    public let falseAcceptRates: [Double]
    /// The shares of pairs of one class that are accepted `[K]`, from 0 to 1, never falling.
    public let trueAcceptRates: [Double]
    /// The curve's color in the palette; without it, the position of the curve in its plot.
    public let colorIndex: Int?

    /// Creates a curve from its points, the strictest threshold first.
    ///
    /// - Precondition: there are as many rates of both kinds, at least one, in 0...1 and never falling.
    public init(_ name: String, falseAcceptRates: [Double], trueAcceptRates: [Double], colorIndex: Int? = nil) {
        precondition(
            falseAcceptRates.count == trueAcceptRates.count && !falseAcceptRates.isEmpty,
            "RateCurve expected equally many rates, got \(falseAcceptRates.count) and \(trueAcceptRates.count) of '\(name)'"
        )
        for rates in [falseAcceptRates, trueAcceptRates] {
            precondition(
                rates.allSatisfy { (0...1).contains($0) } && zip(rates, rates.dropFirst()).allSatisfy { $0 <= $1 },
                "RateCurve expected rates in 0...1 that never fall, got others in '\(name)'")
        }
        self.name = name
        self.falseAcceptRates = falseAcceptRates
        self.trueAcceptRates = trueAcceptRates
        self.colorIndex = colorIndex
    }

    /// The rate at which as many pairs are wrongly accepted as wrongly rejected, from 0 to 1, read off the straight lines
    /// between the points.
    public var equalErrorRate: Double {
        var before = (accepted: 0.0, rejected: 1.0)
        for (accepted, right) in zip(falseAcceptRates, trueAcceptRates) {
            let here = (accepted: accepted, rejected: 1 - right)
            let (gap, last) = (here.accepted - here.rejected, before.accepted - before.rejected)
            if gap >= 0 { return here.accepted - (here.accepted - before.accepted) * gap / (gap - last) }
            before = here
        }
        return before.accepted
    }
}
