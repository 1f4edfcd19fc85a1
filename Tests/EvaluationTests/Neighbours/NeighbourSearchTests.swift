import Files
@testable import Evaluation
import Randomness
import Testing
import TestSupport
import Torch

/// The same results by every way through the search, over many seeds; and a bound on memory.
@Suite(.noLeaks) struct NeighbourSearchTests {
    /// Scores by the definition, one pair at a time.
    private static func score(_ left: ArraySlice<Float>, _ right: ArraySlice<Float>, _ metric: EmbeddingMetric) -> Float
    {
        func dot(_ a: ArraySlice<Float>, _ b: ArraySlice<Float>) -> Double {
            zip(a, b).reduce(0) { $0 + Double($1.0) * Double($1.1) }
        }
        switch metric {
        case .dotProduct: return Float(dot(left, right))
        case .cosine:
            let lengths = dot(left, left).squareRoot() * dot(right, right).squareRoot()
            return lengths > 0 ? Float(dot(left, right) / lengths) : 0
        case .euclidean:
            return -Float(
                zip(left, right).reduce(0) { $0 + (Double($1.0) - Double($1.1)) * (Double($1.0) - Double($1.1)) }
                    .squareRoot())
        }
    }

    private struct Problem {
        let queries: Tensor
        let gallery: Tensor
        let labels: [Int64]
        let galleryLabels: [Int64]
        let removed: RemovedPairs
        let metric: EmbeddingMetric

        /// Whole numbers, whose values are exact in whatever order they are summed, with duplicates and zeros.
        init(seed: Int, using generator: inout SeededGenerator) {
            let width = [1, 2, 5, 16, 33][generator.index(below: 5)]
            let rows = 1 + generator.index(below: 40)
            let items = 1 + generator.index(below: 300)
            func drawn(_ count: Int) -> Tensor {
                Tensor((0..<count * width).map { _ in Float(generator.index(below: 7) - 3) }, shape: [count, width])
            }
            queries = drawn(rows)
            gallery = drawn(items)
            let classes = 1 + generator.index(below: 6)
            labels = (0..<rows).map { _ in Int64(generator.index(below: classes)) }
            galleryLabels = (0..<items).map { _ in Int64(generator.index(below: classes)) }
            func keys(_ count: Int) -> [Int64] { (0..<count).map { _ in Int64(generator.index(below: 4)) } }
            removed = seed.isMultiple(of: 2) ? .none : RemovedPairs(queries: keys(rows), gallery: keys(items))
            metric = EmbeddingMetric.allCases[seed % 3]
        }

        /// The whole order of the gallery for a query, by sorting all of it.
        func order(_ query: Int) -> [(id: Int, score: Float)] {
            let width = queries.size(1)
            let rows = queries.array(of: Float.self)
            let items = gallery.array(of: Float.self)
            let own = rows[query * width..<(query + 1) * width]
            return galleryLabels.indices
                .filter { removed.queries.isEmpty || removed.queries[query] != removed.gallery[$0] }
                .map { ($0, score(own, items[$0 * width..<($0 + 1) * width], metric)) }
                .sorted { ($1.score, $0.id) < ($0.score, $1.id) }
        }
    }

    private static let ways: [(memory: Int, kernels: Bool, bfloat16: Bool)] = [
        (256 << 20, true, true), (256 << 20, true, false), (1, true, true), (20_000, true, false),
        (256 << 20, false, false), (40_000, false, false),
    ]

    @Test func everyWayFindsWhatSortingAllFinds() throws {
        for seed in 0..<24 {
            var generator = SeededGenerator(seed: UInt64(seed))
            let problem = Problem(seed: seed, using: &generator)
            let orders = problem.labels.indices.map(problem.order)
            let count = 1 + generator.index(below: 12)
            let expected = orders.flatMap { order in
                (0..<count).map { $0 < order.count ? Int64(order[$0].id) : -1 }
            }
            for way in Self.ways {
                let search = NeighbourSearch(
                    metric: problem.metric, memory: way.memory, allowsBFloat16: way.bfloat16,
                    allowsKernels: way.kernels)
                let found = search.nearest(problem.queries, problem.gallery, count: count, removing: problem.removed)
                try #require(found.ids == expected, "seed \(seed), \(way)")
                for (query, order) in orders.enumerated() {
                    for (rank, item) in order.prefix(count).enumerated() {
                        try #require(
                            (found.scores[query * count + rank] - item.score).magnitude <= 1e-6, "seed \(seed), \(way)")
                    }
                }
            }
        }
    }

    @Test func everyWayRanksHitsAsSortingAllDoes() throws {
        for seed in 0..<24 {
            var generator = SeededGenerator(seed: 1000 + UInt64(seed))
            let problem = Problem(seed: seed, using: &generator)
            var expected = HitRanks(ranks: [], counts: [], isTied: [])
            for query in problem.labels.indices {
                let order = problem.order(query)
                let isHit = order.map { problem.galleryLabels[$0.id] == problem.labels[query] }
                let ranks = isHit.indices.filter { isHit[$0] }.map { Int64($0 + 1) }
                expected.ranks += ranks
                expected.counts.append(Int64(ranks.count))
                expected.isTied.append(
                    order.indices.dropFirst().contains {
                        order[$0].score == order[$0 - 1].score && isHit[$0] != isHit[$0 - 1]
                    })
            }
            for way in Self.ways {
                let search = NeighbourSearch(
                    metric: problem.metric, memory: way.memory, allowsBFloat16: way.bfloat16,
                    allowsKernels: way.kernels)
                let found = search.hitRanks(
                    problem.queries, problem.gallery, labels: problem.labels, galleryLabels: problem.galleryLabels,
                    removing: problem.removed)
                try #require(found == expected, "seed \(seed), \(way)")
            }
        }
    }

    @Test(arguments: EmbeddingMetric.allCases)
    func manyRealNumbersAreFoundAlikeByBlocksOfAllSizes(metric: EmbeddingMetric) throws {
        var generator = SeededGenerator(seed: 7)
        let gallery = Tensor.normal([5000, 64], using: &generator)
        let queries = gallery[0..<200] + 0.1 * Tensor.normal([200, 64], using: &generator)
        func found(_ memory: Int, _ kernels: Bool, _ bfloat16: Bool) -> [Int64] {
            NeighbourSearch(metric: metric, memory: memory, allowsBFloat16: bfloat16, allowsKernels: kernels)
                .nearest(queries, gallery, count: 50, removing: .none).ids
        }
        let expected = found(256 << 20, false, false)
        for memory in [100_000, 3_000_000, 256 << 20] {
            #expect(found(memory, true, true) == expected)
            #expect(found(memory, true, false) == expected)
        }
        let threads = Engine.threadCount
        defer { Engine.threadCount = threads }
        Engine.threadCount = 1
        #expect(found(256 << 20, true, true) == expected)
    }

    @Test(arguments: EmbeddingMetric.allCases)
    func embeddingsThatProductsCannotTellApartAreScoredExactly(metric: EmbeddingMetric) throws {
        // Steps of a unit in the last place around one point: no product in 32 bits orders them.
        var generator = SeededGenerator(seed: 3)
        let base = Tensor.normal([1, 32], using: &generator)
        let gallery = base * (Tensor.uniform([3000, 32], in: -3...3, using: &generator).roundedDown() * 0x1p-23 + 1)
        func found(_ kernels: Bool, _ bfloat16: Bool) -> HitRanks {
            NeighbourSearch(metric: metric, memory: 1 << 20, allowsBFloat16: bfloat16, allowsKernels: kernels)
                .hitRanks(
                    gallery[0..<20], gallery, labels: (0..<20).map { $0 % 5 }, galleryLabels: (0..<3000).map { $0 % 5 },
                    removing: .none)
        }
        #expect(found(true, false) == found(false, false))
        let search = NeighbourSearch(metric: metric, memory: 1 << 20)
        let slow = NeighbourSearch(metric: metric, memory: 1 << 20, allowsKernels: false)
        #expect(
            search.nearest(gallery[0..<20], gallery, count: 40, removing: .none).ids
                == slow.nearest(gallery[0..<20], gallery, count: 40, removing: .none).ids)
    }

    @Test func memoryStaysWithinItsBound() throws {
        var generator = SeededGenerator(seed: 1)
        // All pairs at once would take 256 MB.
        let rows = Tensor.normal([8000, 16], using: &generator)
        let bound = 8 << 20
        _ = try Neighbours(within: rows[0..<500], count: 10, memory: bound)
        let before = Machine.peakMemory
        let search = NeighbourSearch(metric: .cosine, memory: bound)
        let hits = search.hitRanks(
            rows[0..<1000], rows, labels: (0..<1000).map { $0 % 400 }, galleryLabels: (0..<8000).map { $0 % 400 },
            removing: .none)
        #expect(hits.ranks.count == 1000 * 20)
        let found = search.nearest(rows, rows, count: 10, removing: .selves(8000))
        #expect(found.ids.count == 80_000)
        // The results and the keys take 4 MB; the rest is what allocators keep.
        #expect(Machine.peakMemory - before < bound + (40 << 20))
    }
}
