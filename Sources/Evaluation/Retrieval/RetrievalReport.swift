import Files
import Torch

/// How well the closest embeddings of a gallery are of a query's own class.
///
/// Exact, in the order of ``Neighbours``, and without a list of neighbours: only the ranks at which a query's hits stand are
/// worked out, so that measures which look at the whole gallery cost no more memory than the others. Queries without any
/// hit in the gallery are counted and left out of every measure.
///
/// - Complexity: O(N M D) products; memory stays within the bound that the caller sets, beyond 20 bytes an embedding and what
///   the hits of one query need.
public struct RetrievalReport: Sendable, Equatable {
    /// What closeness was.
    public let metric: EmbeddingMetric
    /// The cutoffs K of the measures at K, in the order of their lists.
    public let cutoffs: [Int]
    /// The number of queries.
    public let queryCount: Int
    /// The number of gallery embeddings.
    public let galleryCount: Int
    /// Whether each query has no hit in the gallery, and so no measure, `[N]`.
    public let isLone: [Bool]
    /// How many have none.
    public let loneQueryCount: Int
    /// How many queries have a hit and another that are exactly equally close, so that their ids decided the order; all of
    /// them, when a model gives one embedding to everything.
    public let tiedQueryCount: Int
    /// The number of classes among the queries that are not lone.
    public let classCount: Int
    /// The means over queries that are not lone; nil when all are.
    public let micro: RetrievalScores?
    /// The means over classes of the means over their queries; nil when all queries are lone.
    public let macro: RetrievalScores?
    /// The cumulative match characteristic: the share of queries with a hit among the nearest 1, 2 and so on; empty when all
    /// queries are lone.
    public let matchCurve: [Double]

    /// Measures the retrieval of a gallery by queries.
    ///
    /// - Parameters:
    ///   - queries: the queries; where both sides have groups, a query does not see gallery embeddings of its own class and group.
    ///   - gallery: what is searched.
    ///   - metric: what closeness is.
    ///   - cutoffs: the K of measures at K, each at least 1.
    ///   - curveLength: how many ranks the match curve has, at most the size of the gallery.
    ///   - memory: the bound of temporary memory in bytes.
    /// - Throws: `UserFacingError` when there is no query or no gallery, widths differ, a row is not finite, or only one
    ///   side has groups.
    public init(
        queries: LabelledEmbeddings, gallery: LabelledEmbeddings, metric: EmbeddingMetric = .cosine,
        cutoffs: [Int] = [1, 5, 10], curveLength: Int = 50, memory: Int = 256 << 20
    ) throws {
        try self.init(
            queries, gallery, removing: .of(queries, in: gallery), cutoffs: cutoffs, curveLength: curveLength,
            search: NeighbourSearch(metric: metric, memory: memory))
    }

    /// Measures the retrieval of a set by each of its embeddings in turn, which sees all others.
    ///
    /// - Parameters:
    ///   - set: queries and gallery at once; where it has groups, a query does not see others of its own class and group.
    ///   - metric: what closeness is.
    ///   - cutoffs: the K of measures at K, each at least 1.
    ///   - curveLength: how many ranks the match curve has, at most the size of the gallery.
    ///   - memory: the bound of temporary memory in bytes.
    /// - Throws: `UserFacingError` when there is no embedding or a row is not finite.
    public init(
        leavingOneOutOf set: LabelledEmbeddings, metric: EmbeddingMetric = .cosine, cutoffs: [Int] = [1, 5, 10],
        curveLength: Int = 50, memory: Int = 256 << 20
    ) throws {
        try self.init(
            set, set, removing: .within(set), cutoffs: cutoffs, curveLength: curveLength,
            search: NeighbourSearch(metric: metric, memory: memory))
    }

    init(
        _ queries: LabelledEmbeddings, _ gallery: LabelledEmbeddings, removing removed: RemovedPairs, cutoffs: [Int],
        curveLength: Int, search: NeighbourSearch
    ) throws {
        require(
            cutoffs.allSatisfy { $0 >= 1 } && curveLength >= 0 && search.memory > 0,
            "RetrievalReport(cutoffs: \(cutoffs), curveLength: \(curveLength), memory: \(search.memory)): expected cutoffs and a memory of at least 1"
        )
        let rows = try EmbeddingCheck.checked(queries.embeddings, named: "queries")
        let items =
            queries.embeddings === gallery.embeddings
            ? rows : try EmbeddingCheck.checked(gallery.embeddings, named: "gallery")
        try EmbeddingCheck.requireComparable(rows, items)
        guard !queries.labels.isEmpty else {
            throw UserFacingError("queries", problem: "there is none", remedy: "give at least one embedding")
        }
        var tally = RetrievalTally(cutoffs: cutoffs, curveLength: min(curveLength, gallery.labels.count))
        for range in Self.ranges(of: queries.labels, gallery: gallery.labels, memory: search.memory) {
            let labels = Array(queries.labels[range])
            let hits = search.hitRanks(
                rows[range], items, labels: labels, galleryLabels: gallery.labels,
                removing: removed.restricted(to: range))
            tally.add(hits, labels: labels)
        }
        metric = search.metric
        self.cutoffs = cutoffs
        queryCount = queries.labels.count
        galleryCount = gallery.labels.count
        isLone = tally.isLone
        loneQueryCount = queries.labels.count - tally.queryCount
        tiedQueryCount = tally.tiedCount
        classCount = tally.classCount
        micro = tally.micro
        macro = tally.macro
        matchCurve = tally.matchCurve
    }

    /// Queries that are worked at together, so that the ranks of all their hits stay within a part of the memory.
    private static func ranges(of labels: [Int64], gallery: [Int64], memory: Int) -> [Range<Int>] {
        var sizes: [Int64: Int] = [:]
        for label in gallery { sizes[label, default: 0] += 1 }
        // A rank is held by the kernel, as a tensor and as an array.
        let room = memory / 4 / 24
        var ranges: [Range<Int>] = []
        var begin = 0
        var held = 0
        for (query, label) in labels.enumerated() {
            let hits = sizes[label] ?? 0
            if query > begin && held + hits > room {
                ranges.append(begin..<query)
                (begin, held) = (query, 0)
            }
            held += hits
        }
        return ranges + [begin..<labels.count]
    }
}
