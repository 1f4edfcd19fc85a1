import Files
import Randomness
public import Torch

/// Groups of embeddings around means, each embedding with the nearest one: Lloyd's iteration from k-means++ seeds.
///
/// Arthur and Vassilvitskii, "k-means++: The Advantages of Careful Seeding", SODA 2007; one candidate a seed.
public struct KMeans: Sendable, Equatable {
    /// The group of each embedding, `[N]` in `0..<K`.
    public let assignments: [Int64]
    /// The means, `[K, D]` in row-major order.
    public let centers: [Float]
    /// The sum of squared distances to the means; never greater after more iterations.
    public let inertia: Double
    /// How many times means were moved.
    public let iterationCount: Int
    /// Whether the last iteration changed no group.
    public let hasConverged: Bool

    /// Groups embeddings from seeds drawn by the generator: the first evenly, each next one with a chance that grows as the
    /// squared distance to the seeds before it.
    ///
    /// - Parameters:
    ///   - embeddings: `[N, D]`; distances are Euclidean, so that embeddings compared by cosine are to be normalised first.
    ///   - count: the number of groups, K, from 1 to N.
    ///   - iterations: the most iterations, at least 1.
    ///   - generator: draws the seeds.
    /// - Throws: `UserFacingError` when there are fewer embeddings than groups, or a row is not finite.
    public init(
        of embeddings: Tensor, count: Int, iterations: Int = 100, using generator: inout some RandomNumberGenerator
    ) throws {
        let rows = try EmbeddingCheck.checked(embeddings, named: "embeddings")
        guard (1...max(1, rows.size(0))).contains(count), rows.size(0) > 0 else {
            throw UserFacingError(
                "embeddings", problem: "\(rows.size(0)) cannot make \(count) groups", remedy: "ask for fewer groups")
        }
        let seeds = withoutGradients { Self.seeds(rows, count: count, using: &generator) }
        try self.init(rows, seeds: seeds, iterations: iterations)
    }

    /// Groups embeddings from given means.
    ///
    /// - Parameters:
    ///   - embeddings: `[N, D]`.
    ///   - centers: the means to start from, `[K, D]` on the same device.
    ///   - iterations: the most iterations, at least 1.
    /// - Throws: `UserFacingError` when widths differ, there is no embedding, or a row is not finite.
    public init(of embeddings: Tensor, from centers: Tensor, iterations: Int = 100) throws {
        let rows = try EmbeddingCheck.checked(embeddings, named: "embeddings")
        let seeds = try EmbeddingCheck.checked(centers, named: "centers")
        try EmbeddingCheck.requireComparable(rows, seeds)
        guard rows.size(0) >= seeds.size(0) else {
            throw UserFacingError(
                "embeddings", problem: "\(rows.size(0)) cannot make \(seeds.size(0)) groups",
                remedy: "ask for fewer groups")
        }
        try self.init(rows, seeds: seeds, iterations: iterations)
    }

    private init(_ rows: Tensor, seeds: Tensor, iterations: Int) throws {
        require(iterations >= 1, "KMeans(iterations: \(iterations)): expected at least 1")
        var means = seeds
        var nearest = try Neighbours(of: rows, in: means, count: 1, metric: .euclidean)
        var moves = 0
        var converged = false
        while moves < iterations && !converged {
            let before = nearest.indices
            means = withoutGradients { Self.means(of: rows, nearest, count: seeds.size(0)) }
            nearest = try Neighbours(of: rows, in: means, count: 1, metric: .euclidean)
            moves += 1
            converged = nearest.indices == before
        }
        assignments = nearest.indices
        centers = means.array(of: Float.self)
        inertia = nearest.values.reduce(0) { $0 + Double($1) * Double($1) }
        iterationCount = moves
        hasConverged = converged
    }

    private static func seeds(
        _ rows: Tensor, count: Int, using generator: inout some RandomNumberGenerator
    ) -> Tensor {
        var chosen = [generator.index(below: rows.size(0))]
        var least = [Double](repeating: .infinity, count: rows.size(0))
        while chosen.count < count {
            let distances = rows.euclideanDistances(to: rows[chosen[chosen.count - 1]..<chosen[chosen.count - 1] + 1])
            for (row, distance) in distances.flattened().array(of: Float.self).enumerated() {
                least[row] = min(least[row], Double(distance) * Double(distance))
            }
            chosen.append(draw(least, using: &generator))
        }
        return rows.gathered(Tensor(chosen).to(rows.device))
    }

    /// An index as likely as its weight; any, where all weights are 0.
    private static func draw(_ weights: [Double], using generator: inout some RandomNumberGenerator) -> Int {
        let total = weights.reduce(0, +)
        guard total > 0 else { return generator.index(below: weights.count) }
        var rest = generator.uniform() * total
        var last = 0
        for (index, weight) in weights.enumerated() where weight > 0 {
            last = index
            rest -= weight
            if rest < 0 { break }
        }
        return last
    }

    /// The mean of each group; an empty group takes the embedding that lies farthest from its own mean, each a different one.
    private static func means(of rows: Tensor, _ nearest: Neighbours, count: Int) -> Tensor {
        var groups = nearest.indices
        var sizes = [Int](repeating: 0, count: count)
        for group in groups { sizes[Int(group)] += 1 }
        let empty = sizes.indices.filter { sizes[$0] == 0 }
        if !empty.isEmpty {
            var farthest = groups.indices.sorted { (-nearest.values[$0], $0) < (-nearest.values[$1], $1) }[...]
            for group in empty {
                // One alone in its group would leave that empty.
                while let first = farthest.first, sizes[Int(groups[first])] == 1 { farthest.removeFirst() }
                guard let taken = farthest.popFirst() else { break }
                sizes[Int(groups[taken])] -= 1
                groups[taken] = Int64(group)
                sizes[group] = 1
            }
        }
        let sums = Tensor.zeros([count, rows.size(1)], dtype: .float64, device: rows.device)
            .adding(rows.to(.float64), at: Tensor(groups).to(rows.device))
        let divisors = Tensor(sizes.map { Double(max(1, $0)) }, shape: [count, 1]).to(rows.device)
        return (sums / divisors).to(.float32)
    }
}
