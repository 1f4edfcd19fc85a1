import CProjection
import Evaluation
import Files
import Randomness
public import Torch

/// UMAP: points in the plane whose graph of neighbours is that of the embeddings.
///
/// Edges to neighbours weigh exp(-(d - ρ) / σ), with ρ the distance to the nearest and σ such that the weights sum to log₂ of
/// the number of neighbours and one; points move along edges towards each other and away from points that are drawn. They begin at
/// eigenvectors of the graph, and at the principal components where it falls into parts.
///
/// McInnes, Healy and Melville, "UMAP: Uniform Manifold Approximation and Projection for Dimension Reduction", 2018.
///
/// The same seed gives the same points, however many threads there are.
public struct UniformManifoldApproximation: Sendable, Equatable {
    /// How many neighbours an embedding has, itself not counted; at least 2.
    public var neighbours: Int
    /// How close points may lie, from 0 to 1: less packs groups more tightly.
    public var minimumDistance: Double
    /// How often points are moved; without it, 500 times, and fewer above 10,000 embeddings, down to 200.
    public var iterations: Int?
    /// What chance is drawn from.
    public var seed: UInt64

    /// The fewest embeddings that can be projected.
    public static let leastCount = 4

    private static let method = "UMAP"

    /// Creates a projection.
    ///
    /// - Parameters:
    ///   - neighbours: how many neighbours an embedding has, itself not counted; at least 2.
    ///   - minimumDistance: how close points may lie, from 0 to 1.
    ///   - iterations: how often points are moved, at least 1; chosen by the number of embeddings when nil.
    ///   - seed: what chance is drawn from.
    public init(neighbours: Int = 15, minimumDistance: Double = 0.1, iterations: Int? = nil, seed: UInt64 = 0) {
        require(
            neighbours >= 2 && (0...1).contains(minimumDistance) && (1...Int(Int32.max)).contains(iterations ?? 1),
            "UniformManifoldApproximation(neighbours: \(neighbours), minimumDistance: \(minimumDistance), iterations: "
                + "\(iterations ?? 1)): expected at least 2 neighbours, a distance in 0...1 and at least 1 iteration")
        self.neighbours = neighbours
        self.minimumDistance = minimumDistance
        self.iterations = iterations
        self.seed = seed
    }

    /// How often points are moved for so many embeddings: as set, or else 500 times up to 10,000 and 200 + 3,000,000 / N above.
    public func iterations(among count: Int) -> Int {
        iterations ?? (count <= 10_000 ? 500 : 200 + (3_000_000 + count - 1) / count)
    }

    /// Projects embeddings.
    ///
    /// - Parameters:
    ///   - embeddings: `[N, D]` of any floating-point type; compared by Euclidean distance, so that embeddings trained for angles are
    ///     to be normalised first.
    ///   - progress: is told after each iteration how many were done; what it throws ends the work.
    /// - Returns: `[N, 2]` float32 on the processor.
    /// - Throws: `UserFacingError` when there are fewer than ``leastCount`` embeddings or not more than ``neighbours``, or a row is not
    ///   finite, and what `progress` throws.
    public func project(_ embeddings: Tensor, progress: (_ done: Int) throws -> Void = { _ in }) throws -> Tensor {
        let rows = try ProjectionInput.checked(embeddings, atLeast: Self.leastCount, for: Self.method)
        guard neighbours < rows.size(0) else {
            throw UserFacingError(
                "embeddings", field: "count",
                problem: "is \(rows.size(0)), too few for \(neighbours) neighbours of each",
                remedy: "ask for \(rows.size(0) - 1) or fewer")
        }
        let found = try Neighbours(within: rows, count: neighbours, metric: .euclidean)
        var generator = SeededGenerator(seed: seed)
        let start = try ProjectionInput.start(rows, chance: 1e-3, using: &generator) { coordinates in
            let largest = coordinates.map(abs).max() ?? 0
            return largest > 0 ? 10 / largest : 0
        }
        let count = iterations(among: rows.size(0))
        let settings = CPManifoldSettings(
            minimum_distance: minimumDistance, seed: seed, iterations: Int32(count), threads: Int32(Engine.threadCount))
        return try Layout(Self.method, found) { cp_manifold_create($0, settings, start, $1) }
            .run(iterations: count, progress: progress)
    }
}
