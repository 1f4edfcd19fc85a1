/// Where a statistic lies with some confidence.
public struct ConfidenceInterval: Sendable, Equatable {
    /// The lower end.
    public let lower: Double

    /// The upper end.
    public let upper: Double

    /// How much of the distribution lies between the ends, from 0 to 1.
    public let confidence: Double

    /// How many resamples the ends come from: those in which the statistic is defined.
    public let resamples: Int
}
