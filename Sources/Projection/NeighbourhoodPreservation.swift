import Evaluation
import Files
public import Torch

/// How far a projection keeps neighbours: those that it makes up, and those that it tears apart.
///
/// Venna and Kaski, "Neighborhood preservation in nonlinear projection methods: an experimental study", ICANN 2001: with
/// r(i, j) the rank of j among the embeddings nearest to i and U(i) those of the K nearest points that are not among its K nearest
/// embeddings, trustworthiness is 1 - 2 / (N K (2N - 3K - 1)) Σᵢ Σ_{j ∈ U(i)} (r(i, j) - K). Continuity is the same with
/// embeddings and points exchanged. Distances are Euclidean, in 64 bits; of equal ones each has the best rank.
public struct NeighbourhoodPreservation: Sendable, Equatable {
    /// How far neighbours in the plane are neighbours among the embeddings, from 0 to 1.
    public let trustworthiness: Double
    /// How far neighbours among the embeddings are neighbours in the plane, from 0 to 1.
    public let continuity: Double
    /// The number of neighbours, K.
    public let neighbours: Int
    /// Over how many embeddings the mean was taken.
    public let measuredCount: Int

    /// Compares a projection with what it was made from.
    ///
    /// - Parameters:
    ///   - points: the projection, `[N, P]`.
    ///   - embeddings: what was projected, `[N, D]`.
    ///   - neighbours: K, at least 1 and less than N / 2.
    ///   - sample: over how many embeddings to take the mean, evenly spread over the set, each ranked among all; nil for all.
    /// - Throws: `UserFacingError` when the counts differ, there are too few for so many neighbours, or a row is not finite.
    /// - Complexity: O(N² (D + P + K)) or, with S in the sample, O(S N (D + P + K)); memory is bounded.
    public init(of points: Tensor, embeddings: Tensor, neighbours: Int = 5, sample: Int? = nil) throws {
        require(
            neighbours >= 1 && (sample ?? 1) >= 1,
            "NeighbourhoodPreservation(neighbours: \(neighbours), sample: \(sample ?? 1)): expected both from 1")
        let places = try ProjectionInput.checked(points, atLeast: 1, for: "a comparison").to(.cpu)
        let rows = try ProjectionInput.checked(embeddings, atLeast: 1, for: "a comparison").to(.cpu)
        let count = rows.size(0)
        guard places.size(0) == count else {
            throw UserFacingError(
                "points", field: "count", problem: "is \(places.size(0)), there are \(count) embeddings",
                remedy: "give a point for each")
        }
        guard 2 * neighbours < count else {
            throw UserFacingError(
                "neighbours", problem: "\(neighbours) are half of \(count) embeddings or more",
                remedy: "ask for fewer, or give more embeddings")
        }
        let measured = min(count, sample ?? count)
        let chosen = (0..<measured).map { Int64($0 * count / measured) }
        (trustworthiness, continuity) = try withoutGradients {
            (
                try Self.measure(neighboursIn: places, ranksIn: rows, chosen, neighbours),
                try Self.measure(neighboursIn: rows, ranksIn: places, chosen, neighbours)
            )
        }
        self.neighbours = neighbours
        measuredCount = measured
    }

    private static func measure(
        neighboursIn near: Tensor, ranksIn ranked: Tensor, _ chosen: [Int64], _ neighbours: Int
    ) throws -> Double {
        let count = ranked.size(0)
        let rows = ranked.to(.float64) - ranked.to(.float64).mean(along: [0], keeping: true)
        let squares = rows.squared().sum(along: [1])
        // About 64 MiB of distances at once.
        let blockSize = max(1, 8_388_608 / count)
        var excess = 0.0
        for begin in stride(from: 0, to: chosen.count, by: blockSize) {
            let part = Array(chosen[begin..<min(chosen.count, begin + blockSize)])
            let own = Tensor(part)
            // What a row's own distance has in common does not matter to their order.
            let distances = squares - 2 * rows.gathered(own).matrixProduct(rows.transposed())
            distances.put(
                Tensor.full([part.count, 1], .infinity, dtype: .float64), at: own.unsqueezed(1), along: 1)
            let nearest = try Self.nearest(to: part, in: near, neighbours)
            for rank in 0..<neighbours {
                let ids = nearest.sliced(rank..<rank + 1, along: 1)
                let ranks = (distances .< distances.taken(ids, along: 1)).sum(along: [1]).to(.float64) + 1
                excess += (ranks - Double(neighbours)).clamped(min: 0).sum().item()
            }
        }
        let (n, k) = (Double(count), Double(neighbours))
        return 1 - 2 / (Double(chosen.count) * k * (2 * n - 3 * k - 1)) * excess
    }

    /// The nearest others of some rows, `[rows, neighbours]`.
    private static func nearest(to rows: [Int64], in all: Tensor, _ neighbours: Int) throws -> Tensor {
        let found = try Neighbours(
            of: all.gathered(Tensor(rows)), in: all, count: neighbours + 1, metric: .euclidean)
        let others = rows.enumerated().flatMap { position, row in
            // Among many duplicates of lower ids, the row itself may be missing.
            found[position].filter { $0 != row }.prefix(neighbours)
        }
        return Tensor(others, shape: [rows.count, neighbours])
    }
}
