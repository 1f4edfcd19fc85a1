import Foundation

/// How numbers are spread along an axis.
enum AxisScale: Sendable {
    case linear
    case logarithmic
    /// By the quantile of the standard normal distribution, for rates: a DET plot's axis, on which the errors of two normal
    /// distributions are a straight line. Martin et al., "The DET curve in assessment of detection task performance", 1997.
    case normalDeviate

    /// The number that is spread evenly.
    func transformed(_ value: Double) -> Double {
        switch self {
        case .linear: value
        case .logarithmic: log(value)
        case .normalDeviate: Self.quantile(value)
        }
    }

    func ticks(in range: ClosedRange<Double>, intervals: Int) -> Ticks {
        switch self {
        case .linear: Ticks(in: range, intervals: intervals)
        case .logarithmic: Ticks(logarithmicIn: range, intervals: intervals)
        case .normalDeviate: Ticks(ratesIn: range)
        }
    }

    /// The value that a standard normal variable stays below with probability `rate`, in 0...1.
    ///
    /// The start is formula 26.2.23 of Abramowitz and Stegun, good to 4.5e-4; Newton's steps on `erfc` do the rest.
    static func quantile(_ rate: Double) -> Double {
        guard rate > 0 && rate < 1 else { return rate > 0 ? .infinity : -.infinity }
        guard rate <= 0.5 else { return -quantile(1 - rate) }
        let t = (-2 * log(rate)).squareRoot()
        let numerator = 2.515517 + t * (0.802853 + t * 0.010328)
        let denominator = 1 + t * (1.432788 + t * (0.189269 + t * 0.001308))
        var value = numerator / denominator - t
        for _ in 0..<3 {
            let reached = erfc(-value / 2.0.squareRoot()) / 2
            let density = exp(-value * value / 2) / (2 * .pi).squareRoot()
            guard density > 0 else { break }
            value -= (reached - rate) / density
        }
        return value
    }
}

extension Ticks {
    /// Rates that readers of DET plots know, in percent, where they lie in `range`.
    init(ratesIn range: ClosedRange<Double>) {
        // Over many powers of ten, the powers alone are enough.
        let multiples: [Double] = range.lowerBound < 1e-4 && range.upperBound > 1e-2 ? [1] : [1, 2, 5]
        let small = (-8 ... -2).flatMap { exponent in multiples.map { $0 / pow(10, Double(-exponent)) } }
            .filter { $0 < 0.02 }
        let rates = (small + [0.02, 0.05, 0.1, 0.2, 0.4, 0.6, 0.8, 0.9, 0.95, 0.98, 0.99, 0.995, 0.999]).filter {
            range.lowerBound * (1 - 1e-9) <= $0 && $0 <= range.upperBound * (1 + 1e-9)
        }
        self.init(values: rates, labels: rates.map { NumberText.shortest(100 * $0, digits: 6) })
    }
}
