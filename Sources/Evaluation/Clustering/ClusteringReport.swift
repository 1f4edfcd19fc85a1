import Files
import Torch

/// How well groups found by k-means, as many as there are classes, agree with the classes.
public struct ClusteringReport: Sendable, Equatable {
    /// The number of classes, and of groups.
    public let classCount: Int
    /// The agreement of groups and classes.
    public let agreement: ClusterAgreement
    /// The groups.
    public let clusters: KMeans

    /// Groups embeddings and compares the groups with their classes.
    ///
    /// - Parameters:
    ///   - set: the embeddings `[N, D]`; groups are not looked at.
    ///   - normalized: whether embeddings are brought to length 1 first, as for comparison by cosine.
    ///   - iterations: the most iterations of k-means, at least 1.
    ///   - generator: draws the seeds of k-means.
    /// - Throws: `UserFacingError` when there is no embedding, or a row is not finite.
    public init(
        of set: LabelledEmbeddings, normalized: Bool = true, iterations: Int = 100,
        using generator: inout some RandomNumberGenerator
    ) throws {
        let rows = try EmbeddingCheck.checked(set.embeddings, named: "embeddings")
        guard !set.labels.isEmpty else {
            throw UserFacingError("embeddings", problem: "there is none", remedy: "give at least one")
        }
        classCount = Set(set.labels).count
        let prepared = withoutGradients { normalized ? Self.unit(rows) : rows }
        clusters = try KMeans(of: prepared, count: classCount, iterations: iterations, using: &generator)
        agreement = ClusterAgreement(set.labels, clusters.assignments)
    }

    private static func unit(_ rows: Tensor) -> Tensor {
        let lengths = rows.norm(along: 1, keeping: true)
        return rows / lengths.kept(where: lengths .> 0, else: 1)
    }
}
