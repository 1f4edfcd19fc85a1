import Files
public import Torch

/// How well samples of new classes are named after a few examples, by the nearest prototype.
///
/// The prototype of a class is the mean of its examples, or with the cosine that of their directions. Snell, Swersky and
/// Zemel, "Prototypical networks for few-shot learning", 2017.
public struct FewShotReport: Sendable, Equatable {
    /// The accuracy of each episode, from 0 to 1.
    public let accuracies: [Double]

    /// How far was measured.
    public let distance: EmbeddingDistance

    /// Names the queries of all episodes. Of several nearest prototypes the first drawn one counts, so a model that maps
    /// everything to one point reaches one in N.
    ///
    /// - Parameters:
    ///   - embeddings: the samples from whose labels the episodes are drawn, `[M, D]`.
    ///   - sampler: draws the episodes.
    ///   - episodes: how many, at least 2; 600 or more in publications.
    ///   - distance: how far is measured.
    /// - Throws: `UserFacingError` when a row is not finite, or zero with the cosine, or there are fewer than 2 episodes.
    /// - Precondition: the embeddings have a row for each label of the sampler.
    public init(
        _ embeddings: Tensor, sampler: EpisodeSampler, episodes: Int = 600, distance: EmbeddingDistance = .euclidean
    ) throws {
        guard episodes >= 2 else {
            throw UserFacingError(
                "few-shot episodes", problem: "\(episodes) have no deviation", remedy: "ask for at least 2")
        }
        require(
            embeddings.rank == 2 && embeddings.size(0) == sampler.sampleCount,
            "FewShotReport: \(sampler.sampleCount) labels for embeddings \(embeddings.signature)")
        let prepared = try embeddings.prepared(for: distance, "FewShotReport")
        self.distance = distance
        accuracies = (0..<episodes).map { Self.accuracy(sampler.episode($0), prepared, distance) }
    }

    /// The mean accuracy over the episodes, from 0 to 1.
    public var meanAccuracy: Double { accuracies.reduce(0, +) / Double(accuracies.count) }

    /// Half the width of the 95 % interval of the mean: 1.96 sample deviations over the root of the number of episodes.
    public var margin: Double {
        let mean = meanAccuracy
        let squares = accuracies.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
        let count = Double(accuracies.count)
        return 1.96 * (squares / (count - 1) / count).squareRoot()
    }

    private static func accuracy(_ episode: Episode, _ embeddings: Tensor, _ distance: EmbeddingDistance) -> Double {
        func rows(_ groups: [[Int]]) -> Tensor {
            embeddings.gathered(Tensor(groups.flatMap(\.self)).to(embeddings.device))
        }
        let (ways, queries) = (episode.classes.count, episode.queries.flatMap(\.self).count)
        let prototypes = rows(episode.support).reshaped([ways, -1, embeddings.size(1)]).mean(along: [1])
        let nearest: Tensor
        switch distance {
        case .euclidean:
            nearest = rows(episode.queries).euclideanDistances(to: prototypes).argumentMinimum(along: 1)
        case .cosine:
            // Examples may cancel; their prototype then has no direction, and a cosine of 0 with everything.
            let lengths = prototypes.norm(along: 1, keeping: true).clamped(min: 1e-12)
            nearest = rows(episode.queries).matrixProduct((prototypes / lengths).transposed())
                .argumentMaximum(along: 1)
        }
        let answers = nearest.array(of: Int.self).enumerated()
        return Double(answers.count { $0.element == $0.offset * ways / queries }) / Double(queries)
    }
}
