import Foundation

/// Round positions along an axis, with labels that show as many digits as it takes to tell them apart.
public struct Ticks: Sendable, Equatable {
    /// Positions in the axis's own unit, rising.
    public let values: [Double]
    /// One label for each position, independent of the locale.
    public let labels: [String]

    /// Ticks at multiples of 1, 2, 2.5 or 5 times a power of ten that lie in `range`, at most `intervals` + 1 of them.
    ///
    /// - Parameters:
    ///   - range: the ends of the axis.
    ///   - intervals: the largest number of steps.
    ///   - areWhole: whether only whole numbers are meant, as for epochs.
    /// - Precondition: `intervals` is positive, and the ends of `range` are finite.
    public init(in range: ClosedRange<Double>, intervals: Int, areWhole: Bool = false) {
        precondition(intervals > 0, "Ticks expected a positive number of intervals, got \(intervals)")
        precondition(
            range.lowerBound.isFinite && range.upperBound.isFinite, "Ticks expected a finite range, got \(range)")
        let length = range.upperBound - range.lowerBound
        self.init(in: range, atLeast: max(length / Double(intervals), areWhole ? 1 : 0), areWhole: areWhole)
    }

    /// Ticks in `range` that are `rough` or a little more apart, so that two axes of one scale get one step.
    init(in range: ClosedRange<Double>, atLeast rough: Double, areWhole: Bool = false) {
        let length = range.upperBound - range.lowerBound
        guard length > 0 else {
            self.init(values: [range.lowerBound], labels: [Self.label(range.lowerBound)])
            return
        }
        let exponent = Int(floor(log10(rough)))
        // 20 is there for a power of ten that log10 rounded down.
        let multiples: [Double] = areWhole ? [1, 2, 5, 10, 20] : [1, 2, 2.5, 5, 10, 20]
        let multiple = multiples.first { Self.decimal($0, exponent: exponent) >= rough * (1 - 1e-10) } ?? 20
        let step = Self.decimal(multiple, exponent: exponent)
        let largest = max(abs(range.lowerBound), abs(range.upperBound))
        // Far from zero, the ends themselves are rounded more coarsely than the length.
        let slack = max(1e-10 * length, 2 * largest.ulp) / step
        let indices = stride(
            from: ceil(range.lowerBound / step - slack), through: floor(range.upperBound / step + slack), by: 1)
        let digits = (multiple == 2.5 ? 1 : 0) - exponent - (multiple >= 10 ? 1 : 0)
        let values = indices.map { Self.decimal($0 * multiple, exponent: exponent) }
        self.init(values: values, labels: Self.labels(values, digits: digits, largest: largest))
    }

    /// Ticks on a logarithmic axis: powers of ten, and 2 and 5 times them where the range is short.
    ///
    /// - Precondition: the ends of `range` are positive and finite.
    public init(logarithmicIn range: ClosedRange<Double>, intervals: Int) {
        precondition(
            range.lowerBound > 0 && range.upperBound.isFinite,
            "Ticks expected a positive, finite range for a logarithmic axis, got \(range)")
        let decades = log10(range.upperBound) - log10(range.lowerBound)
        guard decades >= 0.7 else {
            self.init(in: range, intervals: intervals)
            return
        }
        let every = max(1, Int((decades / Double(intervals)).rounded(.up)))
        let exponents = stride(
            from: Int(floor(log10(range.lowerBound))), through: Int(ceil(log10(range.upperBound))), by: every)
        let multiples: [Double] = decades < 2.5 ? [1, 2, 5] : [1]
        var values: [Double] = []
        for exponent in exponents {
            for multiple in multiples {
                let value = Self.decimal(multiple, exponent: exponent)
                if value >= range.lowerBound * (1 - 1e-10) && value <= range.upperBound * (1 + 1e-10) {
                    values.append(value)
                }
            }
        }
        self.init(values: values, labels: values.map(Self.label))
    }

    init(values: [Double], labels: [String]) {
        self.values = values
        self.labels = labels
    }

    /// The double nearest to `number` x 10^`exponent`: dividing by a whole power of ten rounds once.
    private static func decimal(_ number: Double, exponent: Int) -> Double {
        exponent < 0 ? number / pow(10, Double(-exponent)) : number * pow(10, Double(exponent))
    }

    /// - Parameter digits: digits after the point that tell neighbours apart; negative if whole tens or more do.
    private static func labels(_ values: [Double], digits: Int, largest: Double) -> [String] {
        let exponent = Int(floor(log10(max(largest, .leastNormalMagnitude))))
        let isShortWithPowers = digits + exponent <= 4
        guard isShortWithPowers, exponent >= 6 || digits > 5 else {
            return values.map { NumberText.fixed($0, digits: max(0, digits)) }
        }
        return values.map { NumberText.scientific($0, digits: max(0, digits + exponent)) }
    }

    private static func label(_ value: Double) -> String {
        abs(value) >= 1e6 || (value != 0 && abs(value) < 1e-4)
            ? NumberText.scientific(value, digits: 6) : NumberText.shortest(value, digits: 6)
    }
}
