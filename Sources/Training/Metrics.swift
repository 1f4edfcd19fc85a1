import Foundation

/// What one epoch came to.
public struct EpochMetrics: Codable, Sendable, Equatable {
    /// Which epoch, from 1.
    public let epoch: Int
    /// The mean loss over the images learnt from, while learning.
    public let trainLoss: Double
    /// The share of them that was right at the time, without any margin.
    public let trainAccuracy: Double
    /// Their F1, weighted by class.
    public let trainF1: Double
    /// The mean loss over the images measured on.
    public let testLoss: Double
    /// The share of them that is right.
    public let testAccuracy: Double
    /// Their F1, weighted by class.
    public let testF1: Double
    /// The learning rate of the first optimizer at the end of the epoch.
    public let learningRate: Double
    /// Images learnt from in a second.
    public let imagesPerSecond: Double
    /// How long learning and measuring took.
    public let seconds: Double

    /// The names and values of all, in order, as tables show them.
    public var columns: [(name: String, value: Double)] {
        [
            ("epoch", Double(epoch)), ("train loss", trainLoss), ("train accuracy", trainAccuracy),
            ("train F1", trainF1), ("test loss", testLoss), ("test accuracy", testAccuracy), ("test F1", testF1),
            ("learning rate", learningRate), ("images/s", imagesPerSecond), ("seconds", seconds),
        ]
    }

    /// The same, without what depends on the clock: equal for equal training.
    public var withoutTimes: EpochMetrics {
        EpochMetrics(
            epoch: epoch, trainLoss: trainLoss, trainAccuracy: trainAccuracy, trainF1: trainF1, testLoss: testLoss,
            testAccuracy: testAccuracy, testF1: testF1, learningRate: learningRate, imagesPerSecond: 0, seconds: 0)
    }
}
