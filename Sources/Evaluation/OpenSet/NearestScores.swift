import Files
import Torch

/// How close each embedding of a set comes to its own class and to all others: what a threshold of identification is
/// calibrated on.
///
/// An embedding's nearest of another class is what it would be taken for if its own class were not in the gallery, so that
/// these are the scores of impostors. Its nearest other of its own class is its genuine score.
public struct NearestScores: Sendable, Equatable {
    /// What closeness was.
    public let metric: EmbeddingMetric
    /// The value of the nearest other of the own class, for each embedding whose class has another.
    public let genuine: [Double]
    /// The value of the nearest of another class, `[N]`.
    public let impostors: [Double]
    /// How many embeddings are alone in their class.
    public let loneCount: Int
    /// How many couples of an embedding and one of another class the impostors were chosen from.
    public let impostorPairCount: Int

    /// Which score it is, and which way it grows: `nearest-cosine`.
    public var kind: ScoreKind { ScoreKind(nearestBy: metric) }

    /// Compares each embedding with all others.
    ///
    /// - Parameters:
    ///   - set: the embeddings with their classes; groups are not looked at.
    ///   - metric: what closeness is.
    /// - Throws: `UserFacingError` when there are fewer than two classes, no class has two embeddings, or a row is not finite.
    public init(of set: LabelledEmbeddings, metric: EmbeddingMetric = .cosine) throws {
        let classes = Dictionary(grouping: set.labels.indices) { set.labels[$0] }.sorted { $0.key < $1.key }
        guard classes.count > 1, classes.contains(where: { $0.value.count > 1 }) else {
            throw UserFacingError(
                "classes",
                problem: "there are \(classes.count), the largest of \(classes.map(\.value.count).max() ?? 0)",
                remedy: "give at least two classes, and one of them twice")
        }
        // In one group all of an embedding's class is hidden from it.
        let oneGroup = LabelledEmbeddings(
            set.embeddings, labels: set.labels, groups: [Int64](repeating: 0, count: set.labels.count))
        let others = try Neighbours(leavingOneOutOf: oneGroup, count: 1, metric: metric)
        var genuine: [Double] = []
        for (_, rows) in classes where rows.count > 1 {
            let own = set.embeddings.gathered(Tensor(rows).to(set.embeddings.device))
            genuine += try Neighbours(within: own, count: 1, metric: metric).values.map(Double.init)
        }
        self.metric = metric
        self.genuine = genuine
        impostors = others.values.map(Double.init)
        loneCount = classes.count { $0.value.count == 1 }
        impostorPairCount = classes.reduce(0) { $0 + $1.value.count * (set.labels.count - $1.value.count) }
    }
}

extension ScoreKind {
    /// The value of the nearest embedding of a gallery.
    ///
    /// - Parameter metric: what closeness is.
    public init(nearestBy metric: EmbeddingMetric) {
        self.init(
            name: "nearest-\(metric.rawValue)",
            direction: metric.largerMeansCloser ? .higherIsAccepted : .lowerIsAccepted)
    }
}
