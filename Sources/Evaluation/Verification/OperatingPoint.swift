/// What one threshold accepts: a sample is accepted when its score is greater than the threshold.
public struct OperatingPoint: Sendable, Equatable {
    /// The greatest score that is rejected; -infinity where everything is accepted.
    public let threshold: Double

    /// How many positive samples are accepted.
    public let truePositives: Int

    /// How many negative samples are accepted.
    public let falsePositives: Int

    /// How many positive samples there are.
    public let positives: Int

    /// How many negative samples there are.
    public let negatives: Int

    /// The accepted share of the positive samples, from 0 to 1; in verification the true accept rate.
    public var truePositiveRate: Double { Double(truePositives) / Double(positives) }

    /// The accepted share of the negative samples, from 0 to 1; in verification the false accept rate that was achieved.
    public var falsePositiveRate: Double { Double(falsePositives) / Double(negatives) }
}
