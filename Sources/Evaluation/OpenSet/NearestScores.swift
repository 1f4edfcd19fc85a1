import Files
public import Torch

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
    /// Those of ``genuine`` that are closer than the nearest of another class: of embeddings that a search names rightly.
    public let identified: [Double]
    /// The value of the nearest of another class, `[N]`, or of the nearest of all of each unknown embedding.
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
        let others = try Self.nearestOfOthers(set, metric)
        self.init(
            metric: metric, genuine: try Self.genuine(set, classes.map(\.value), metric), others: others,
            impostors: others, loneCount: classes.count { $0.value.count == 1 },
            impostorPairCount: classes.reduce(0) { $0 + $1.value.count * (set.labels.count - $1.value.count) })
    }

    /// Compares each embedding with the others of its class, and embeddings of unknown classes with all.
    ///
    /// - Parameters:
    ///   - set: the embeddings with their classes; groups are not looked at.
    ///   - unknown: embeddings `[M, D]` of classes that the set does not have.
    ///   - metric: what closeness is.
    /// - Throws: `UserFacingError` when no class has two embeddings, there is none that is unknown, or a row is not finite.
    public init(of set: LabelledEmbeddings, unknown: Tensor, metric: EmbeddingMetric = .cosine) throws {
        let classes = Dictionary(grouping: set.labels.indices) { set.labels[$0] }.sorted { $0.key < $1.key }
        guard classes.contains(where: { $0.value.count > 1 }) else {
            throw UserFacingError("classes", problem: "none has two embeddings", remedy: "give one of them twice")
        }
        let found = try Neighbours(of: unknown, in: set.embeddings, count: 1, metric: metric)
        let others = classes.count > 1 ? try Self.nearestOfOthers(set, metric) : nil
        self.init(
            metric: metric, genuine: try Self.genuine(set, classes.map(\.value), metric), others: others,
            impostors: found.values.map(Double.init), loneCount: classes.count { $0.value.count == 1 },
            impostorPairCount: found.queryCount * set.labels.count)
    }

    private init(
        metric: EmbeddingMetric, genuine: [(row: Int, value: Double)], others: [Double]?, impostors: [Double],
        loneCount: Int, impostorPairCount: Int
    ) {
        self.metric = metric
        self.genuine = genuine.map(\.value)
        identified = genuine.filter { row, value in
            others.map { metric.largerMeansCloser ? value > $0[row] : value < $0[row] } ?? true
        }.map(\.value)
        self.impostors = impostors
        self.loneCount = loneCount
        self.impostorPairCount = impostorPairCount
    }

    /// The value of each embedding's nearest of another class, of which there are two or more.
    private static func nearestOfOthers(_ set: LabelledEmbeddings, _ metric: EmbeddingMetric) throws -> [Double] {
        // In one group all of an embedding's class is hidden from it.
        let oneGroup = LabelledEmbeddings(
            set.embeddings, labels: set.labels, groups: [Int64](repeating: 0, count: set.labels.count))
        return try Neighbours(leavingOneOutOf: oneGroup, count: 1, metric: metric).values.map(Double.init)
    }

    private static func genuine(
        _ set: LabelledEmbeddings, _ classes: [[Int]], _ metric: EmbeddingMetric
    ) throws -> [(row: Int, value: Double)] {
        var genuine: [(row: Int, value: Double)] = []
        for rows in classes where rows.count > 1 {
            let own = set.embeddings.gathered(Tensor(rows).to(set.embeddings.device))
            genuine += zip(rows, try Neighbours(within: own, count: 1, metric: metric).values.map(Double.init))
                .map { (row: $0, value: $1) }
        }
        return genuine
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
