import Files
public import Torch

/// The closest embeddings of a gallery to each query, found exactly.
///
/// Neighbours are in order of closeness, and among equal values in order of their ids, so that no result depends on the
/// size of blocks, on threads or on the precision of products in between. Memory beyond the embeddings, the result and 20 bytes an
/// embedding stays within the bound that the caller sets.
///
/// - Complexity: O(N M D) products; O(N K) memory.
public struct Neighbours: Sendable, Equatable {
    /// The number of queries, N.
    public let queryCount: Int
    /// The number of neighbours a query, K: as many as asked for, or as the gallery holds.
    public let count: Int
    /// The gallery row of each neighbour, `[N, K]` in row-major order; -1 where removed pairs leave fewer.
    public let indices: [Int64]
    /// The cosine, distance or dot product of each neighbour, `[N, K]`; not a number where there is none.
    public let values: [Float]
    /// How many neighbours have the value of the next one, the first beyond the list included: their order was decided by
    /// their ids.
    public let tieCount: Int

    /// Searches a gallery for the neighbours of queries.
    ///
    /// - Parameters:
    ///   - queries: `[N, D]`, of any floating-point type, on the gallery's device; compared as 32-bit numbers.
    ///   - gallery: `[M, D]`.
    ///   - count: how many to find for each, at least 1; no more than M are found.
    ///   - metric: what closeness is.
    ///   - memory: the bound of temporary memory in bytes.
    /// - Throws: `UserFacingError` when widths differ, the gallery is empty, or a row is not finite.
    public init(
        of queries: Tensor, in gallery: Tensor, count: Int, metric: EmbeddingMetric = .cosine, memory: Int = 256 << 20
    ) throws {
        try self.init(of: queries, in: gallery, count: count, metric: metric, memory: memory, removing: .none)
    }

    /// Searches a set for the neighbours of each of its embeddings among all others: an embedding is removed by its index, so that its
    /// duplicates are found.
    ///
    /// - Parameters:
    ///   - embeddings: `[N, D]`, of any floating-point type; compared as 32-bit numbers.
    ///   - count: how many to find for each, at least 1; no more than N - 1 are found.
    ///   - metric: what closeness is.
    ///   - memory: the bound of temporary memory in bytes.
    /// - Throws: `UserFacingError` when there is no embedding, or a row is not finite.
    public init(
        within embeddings: Tensor, count: Int, metric: EmbeddingMetric = .cosine, memory: Int = 256 << 20
    ) throws {
        let rows = embeddings.rank == 2 ? embeddings.size(0) : 0
        try self.init(
            of: embeddings, in: embeddings, count: min(count, max(1, rows - 1)), metric: metric, memory: memory,
            removing: .selves(rows))
    }

    /// Searches a set for the neighbours of each of its embeddings among those that it may see.
    ///
    /// - Parameters:
    ///   - set: the embeddings; one does not see itself and, where there are groups, others of its class and group.
    ///   - count: how many to find for each, at least 1; no more than N - 1 are found.
    ///   - metric: what closeness is.
    ///   - memory: the bound of temporary memory in bytes.
    /// - Throws: `UserFacingError` when there is no embedding, or a row is not finite.
    public init(
        leavingOneOutOf set: LabelledEmbeddings, count: Int, metric: EmbeddingMetric = .cosine, memory: Int = 256 << 20
    ) throws {
        try self.init(
            of: set.embeddings, in: set.embeddings, count: min(count, max(1, set.labels.count - 1)), metric: metric,
            memory: memory, removing: .within(set))
    }

    init(
        of queries: Tensor, in gallery: Tensor, count: Int, metric: EmbeddingMetric, memory: Int,
        removing removed: RemovedPairs
    ) throws {
        require(
            count >= 1 && memory > 0,
            "Neighbours(count: \(count), memory: \(memory)): expected a count and a memory of at least 1")
        let rows = try EmbeddingCheck.checked(queries, named: "queries")
        let items = queries === gallery ? rows : try EmbeddingCheck.checked(gallery, named: "gallery")
        try EmbeddingCheck.requireComparable(rows, items)
        let found = min(count, items.size(0))
        // One more tells whether the last one is tied.
        let search = NeighbourSearch(metric: metric, memory: memory)
        let (scores, ids) = search.nearest(rows, items, count: found + 1, removing: removed)
        var values: [Float] = []
        var indices: [Int64] = []
        var ties = 0
        values.reserveCapacity(rows.size(0) * found)
        indices.reserveCapacity(rows.size(0) * found)
        for row in stride(from: 0, to: scores.count, by: found + 1) {
            for place in row..<row + found {
                let score = scores[place]
                if ids[place + 1] >= 0 && score == scores[place + 1] { ties += 1 }
                indices.append(ids[place])
                values.append(ids[place] < 0 ? .nan : metric.largerMeansCloser ? score : -score)
            }
        }
        queryCount = rows.size(0)
        self.count = found
        self.indices = indices
        self.values = values
        tieCount = ties
    }

    /// The gallery rows of one query's neighbours, the closest first.
    ///
    /// - Precondition: the query is one of ``queryCount``.
    public subscript(query: Int) -> ArraySlice<Int64> {
        let row = indices[query * count..<(query + 1) * count]
        return row.prefix { $0 >= 0 }
    }

    /// Whether both hold the same neighbours with the same values; values that are missing are equal.
    public static func == (left: Neighbours, right: Neighbours) -> Bool {
        left.queryCount == right.queryCount && left.count == right.count && left.indices == right.indices
            && left.tieCount == right.tieCount
            && zip(left.values, right.values).allSatisfy { $0 == $1 || ($0.isNaN && $1.isNaN) }
    }
}
