/// The mean of a few repetitions with the 95 % interval of Student's t distribution: mean +- t s / sqrt(n), with s the sample's
/// standard deviation and n - 1 degrees of freedom.
///
/// It takes the repetitions to be independent and about normally distributed. A single one has no interval.
public struct MeanInterval: Sendable, Equatable, Codable {
    /// The mean.
    public let mean: Double

    /// Half the width of the interval; nil for a single repetition.
    public let halfWidth: Double?

    /// How many repetitions there were, n.
    public let count: Int

    /// Averages repetitions.
    ///
    /// - Precondition: there is at least one value.
    public init(_ values: [Double]) {
        precondition(!values.isEmpty, "MeanInterval: expected at least one value")
        let count = Double(values.count)
        let mean = values.reduce(0, +) / count
        self.mean = mean
        self.count = values.count
        guard values.count > 1 else {
            halfWidth = nil
            return
        }
        let variance = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / (count - 1)
        halfWidth = Self.quantile(degrees: values.count - 1) * (variance / count).squareRoot()
    }

    /// The 0.975 quantile of Student's t: `scipy.stats.t.ppf(0.975, degrees)`, exact to four digits; above 30 degrees the
    /// expansion in 1 / degrees about the normal quantile (Abramowitz and Stegun, 26.7.5), exact to four digits there.
    private static func quantile(degrees: Int) -> Double {
        let table = [
            12.7062, 4.3027, 3.1824, 2.7764, 2.5706, 2.4469, 2.3646, 2.3060, 2.2622, 2.2281, 2.2010, 2.1788, 2.1604,
            2.1448,
            2.1314, 2.1199, 2.1098, 2.1009, 2.0930, 2.0860, 2.0796, 2.0739, 2.0687, 2.0639, 2.0595, 2.0555, 2.0518,
            2.0484,
            2.0452, 2.0423,
        ]
        guard degrees > table.count else { return table[degrees - 1] }
        let (z, n) = (1.959964, Double(degrees))
        return z + (z * z * z + z) / (4 * n) + (5 * z * z * z * z * z + 16 * z * z * z + 3 * z) / (96 * n * n)
    }
}
