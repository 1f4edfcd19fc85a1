public import Evaluation

/// Beyond which score an image counts as one of a gallery's classes, measured on validation data and saved with a model.
public struct ModelCalibration: Codable, Sendable, Equatable {
    /// The threshold on the value of the nearest gallery embedding, and the rates that it had.
    public let acceptance: AcceptanceThreshold
    /// What closeness is.
    public let metric: EmbeddingMetric
    /// What the validation data are called.
    public let data: String
    /// How many images they have.
    public let images: Int
    /// How many classes they have.
    public let classes: Int
    /// How many couples of images of different classes the impostors' scores are the nearest of.
    public let impostorPairs: Int

    /// Describes a threshold and what it was measured on.
    ///
    /// - Parameters:
    ///   - acceptance: the threshold, of the scores' kind.
    ///   - scores: what it was chosen from.
    ///   - data: what the validation data are called.
    ///   - classes: how many classes they have.
    ///   - images: how many images of these classes.
    public init(_ acceptance: AcceptanceThreshold, from scores: NearestScores, data: String, classes: Int, images: Int)
    {
        self.acceptance = acceptance
        self.data = data
        self.classes = classes
        metric = scores.metric
        self.images = images
        impostorPairs = scores.impostorPairCount
    }
}
