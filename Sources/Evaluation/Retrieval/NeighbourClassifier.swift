import Files
import Foundation
import Torch

/// The class of each query by a vote of its nearest gallery embeddings, and how often it is right.
public struct NeighbourClassifier: Sendable, Equatable {
    /// What a neighbour's vote counts.
    public enum Vote: Sendable, Equatable {
        /// One.
        case equal
        /// `exp(s / temperature)`, where s is the cosine or dot product, or the distance with a minus. Wu et al., "Unsupervised
        /// Feature Learning via Non-Parametric Instance Discrimination", CVPR 2018, section 3.4.
        case exponential(temperature: Double)
    }

    /// The predicted class of each query, `[N]`.
    public let predictions: [Int64]
    /// The share of queries whose class was predicted, from 0 to 1.
    public let accuracy: Double
    /// How many votes were even, so that the nearest neighbour of the even classes decided.
    public let evenVoteCount: Int

    /// Classifies queries by a gallery.
    ///
    /// - Parameters:
    ///   - queries: the queries with their true classes; where both sides have groups, a query does not see gallery embeddings of
    ///     its own class and group, and one that sees nothing is predicted -1.
    ///   - gallery: embeddings that vote for their classes.
    ///   - count: how many of them vote, at least 1; no more than there are.
    ///   - metric: what closeness is.
    ///   - vote: what a vote counts.
    ///   - memory: the bound of temporary memory in bytes.
    /// - Throws: `UserFacingError` when there is no query or no gallery, widths differ, a row is not finite, or only one
    ///   side has groups.
    public init(
        queries: LabelledEmbeddings, gallery: LabelledEmbeddings, count: Int, metric: EmbeddingMetric = .cosine,
        vote: Vote = .equal, memory: Int = 256 << 20
    ) throws {
        let neighbours = try Neighbours(
            of: queries.embeddings, in: gallery.embeddings, count: count, metric: metric, memory: memory,
            removing: .of(queries, in: gallery))
        try self.init(neighbours, labels: queries.labels, galleryLabels: gallery.labels, metric: metric, vote: vote)
    }

    /// Classifies each embedding of a set by all others.
    ///
    /// - Parameters:
    ///   - set: the embeddings with their true classes; where it has groups, none sees others of its own class and group.
    ///   - count: how many others vote, at least 1; no more than there are.
    ///   - metric: what closeness is.
    ///   - vote: what a vote counts.
    ///   - memory: the bound of temporary memory in bytes.
    /// - Throws: `UserFacingError` when there are fewer than two embeddings, or a row is not finite.
    public init(
        leavingOneOutOf set: LabelledEmbeddings, count: Int, metric: EmbeddingMetric = .cosine, vote: Vote = .equal,
        memory: Int = 256 << 20
    ) throws {
        guard set.labels.count >= 2 else {
            throw UserFacingError(
                "embeddings", problem: "\(set.labels.count) cannot classify each other", remedy: "give at least two")
        }
        let neighbours = try Neighbours(leavingOneOutOf: set, count: count, metric: metric, memory: memory)
        try self.init(neighbours, labels: set.labels, galleryLabels: set.labels, metric: metric, vote: vote)
    }

    private init(
        _ neighbours: Neighbours, labels: [Int64], galleryLabels: [Int64], metric: EmbeddingMetric, vote: Vote
    ) throws {
        if case .exponential(let temperature) = vote {
            require(temperature > 0, "NeighbourClassifier(temperature: \(temperature)): expected more than 0")
        }
        guard !labels.isEmpty else {
            throw UserFacingError("queries", problem: "there is none", remedy: "give at least one embedding")
        }
        var evenVotes = 0
        predictions = labels.indices.map { query in
            let first = query * neighbours.count
            let scores = neighbours.values[first..<first + neighbours[query].count].map {
                metric.largerMeansCloser ? Double($0) : -Double($0)
            }
            let ballot = Self.ballot(neighbours[query].map { galleryLabels[Int($0)] }, Self.weights(scores, vote))
            if ballot.isEven { evenVotes += 1 }
            return ballot.winner
        }
        evenVoteCount = evenVotes
        accuracy = Double(zip(predictions, labels).count { $0 == $1 }) / Double(labels.count)
    }

    private static func weights(_ scores: [Double], _ vote: Vote) -> [Double] {
        switch vote {
        case .equal: scores.map { _ in 1 }
        // Relative to the nearest, whose exponential might overflow.
        case .exponential(let temperature): scores.map { exp(($0 - scores[0]) / temperature) }
        }
    }

    /// The class with most votes, in even votes the one that comes first.
    private static func ballot(_ classes: [Int64], _ weights: [Double]) -> (winner: Int64, isEven: Bool) {
        var votes: [Int64: Double] = [:]
        for (label, weight) in zip(classes, weights) { votes[label, default: 0] += weight }
        let most = votes.values.max() ?? 0
        return (classes.first { votes[$0] == most } ?? -1, votes.values.count { $0 == most } > 1)
    }
}
