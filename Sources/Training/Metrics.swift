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
    /// What the images measured on came to.
    public let test: TestMetrics
    /// The accuracy over the folds of each set of pairs by its name, with the flipped images' embeddings added.
    public let verification: [String: Double]
    /// The learning rate of the first optimizer at the end of the epoch.
    public let learningRate: Double
    /// Images learnt from in a second.
    public let imagesPerSecond: Double
    /// How long learning and measuring took.
    public let seconds: Double

    /// The names and values of all, in order, as tables show them.
    public var columns: [(name: String, value: Double)] {
        [("epoch", Double(epoch)), ("train loss", trainLoss), ("train accuracy", trainAccuracy), ("train F1", trainF1)]
            + test.columns + verification.sorted { $0.key < $1.key }.map { ("verification \($0.key)", $0.value) }
            + [("learning rate", learningRate), ("images/s", imagesPerSecond), ("seconds", seconds)]
    }

    /// The same, without what depends on the clock: equal for equal training.
    public var withoutTimes: EpochMetrics {
        EpochMetrics(
            epoch: epoch, trainLoss: trainLoss, trainAccuracy: trainAccuracy, trainF1: trainF1, test: test,
            verification: verification, learningRate: learningRate, imagesPerSecond: 0, seconds: 0)
    }

    init(
        epoch: Int, trainLoss: Double, trainAccuracy: Double, trainF1: Double, test: TestMetrics,
        verification: [String: Double] = [:], learningRate: Double, imagesPerSecond: Double, seconds: Double
    ) {
        self.epoch = epoch
        self.trainLoss = trainLoss
        self.trainAccuracy = trainAccuracy
        self.trainF1 = trainF1
        self.test = test
        self.verification = verification
        self.learningRate = learningRate
        self.imagesPerSecond = imagesPerSecond
        self.seconds = seconds
    }

    private enum CodingKeys: String, CodingKey {
        case epoch, trainLoss, trainAccuracy, trainF1, verification, learningRate, imagesPerSecond, seconds
    }

    /// Reads what ``encode(to:)`` wrote.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        epoch = try container.decode(Int.self, forKey: .epoch)
        trainLoss = try container.decode(Double.self, forKey: .trainLoss)
        trainAccuracy = try container.decode(Double.self, forKey: .trainAccuracy)
        trainF1 = try container.decode(Double.self, forKey: .trainF1)
        test = try TestMetrics(from: decoder)
        verification = try container.decodeIfPresent([String: Double].self, forKey: .verification) ?? [:]
        learningRate = try container.decode(Double.self, forKey: .learningRate)
        imagesPerSecond = try container.decode(Double.self, forKey: .imagesPerSecond)
        seconds = try container.decode(Double.self, forKey: .seconds)
    }

    /// Writes all as one object without a level below it.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(epoch, forKey: .epoch)
        try container.encode(trainLoss, forKey: .trainLoss)
        try container.encode(trainAccuracy, forKey: .trainAccuracy)
        try container.encode(trainF1, forKey: .trainF1)
        try test.encode(to: encoder)
        if !verification.isEmpty { try container.encode(verification, forKey: .verification) }
        try container.encode(learningRate, forKey: .learningRate)
        try container.encode(imagesPerSecond, forKey: .imagesPerSecond)
        try container.encode(seconds, forKey: .seconds)
    }
}
