/// The mean of a few numbers and how far they lie from it.
public struct MeanAndDeviation: Sendable, Equatable {
    /// The mean.
    public let mean: Double

    /// The population's standard deviation, over the count itself.
    public let deviation: Double

    /// - Precondition: there is at least one value.
    init(_ values: [Double]) {
        let count = Double(values.count)
        let mean = values.reduce(0, +) / count
        self.mean = mean
        deviation = (values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / count).squareRoot()
    }
}
