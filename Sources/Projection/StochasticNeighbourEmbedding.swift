import CProjection
import Evaluation
import Foundation
import Randomness
public import Torch

/// t-SNE: points in the plane whose neighbours are those of the embeddings.
///
/// Each embedding spreads a probability of 1 over its 3 × perplexity nearest others by a Gaussian whose entropy is the
/// logarithm of the perplexity; points move so that a Student distribution in the plane has the same probabilities.
/// Distances of groups in the plane, and their sizes, mean little.
///
/// van der Maaten and Hinton, "Visualizing Data using t-SNE", JMLR 2008; repulsion by a Barnes-Hut tree, van der Maaten,
/// "Accelerating t-SNE using Tree-Based Algorithms", JMLR 2014; learning rate N / exaggeration, at least 200, Belkina et al., Nature
/// Communications 2019; from the principal components, Kobak and Berens, Nature Communications 2019.
///
/// The same seed gives the same points, however many threads there are.
public struct StochasticNeighbourEmbedding: Sendable, Equatable {
    /// How many neighbours an embedding has, softly counted; at least 1.
    public var perplexity: Double
    /// How often points are moved. In the first third, of which 250 at most, attraction is twelve times as strong.
    public var iterations: Int
    /// What the small differences between the places where points begin are drawn from.
    public var seed: UInt64

    /// The fewest embeddings that can be projected.
    public static let leastCount = 4

    private static let exaggeration = 12.0
    private static let method = "t-SNE"

    /// Creates a projection.
    ///
    /// - Parameters:
    ///   - perplexity: how many neighbours an embedding has, softly counted; at least 1, lowered where embeddings are few.
    ///   - iterations: how often points are moved, at least 1.
    ///   - seed: what chance is drawn from.
    public init(perplexity: Double = 30, iterations: Int = 750, seed: UInt64 = 0) {
        require(
            perplexity >= 1 && perplexity.isFinite && (1...Int(Int32.max)).contains(iterations),
            "StochasticNeighbourEmbedding(perplexity: \(perplexity), iterations: \(iterations)): expected both from 1")
        self.perplexity = perplexity
        self.iterations = iterations
        self.seed = seed
    }

    /// The perplexity that is used for so many embeddings: the one set, or a third of the others where that is less.
    public func perplexity(among count: Int) -> Double { min(perplexity, max(1, Double(count - 1) / 3)) }

    /// Projects embeddings.
    ///
    /// - Parameters:
    ///   - embeddings: `[N, D]` of any floating-point type; compared by Euclidean distance, so that embeddings trained for angles are
    ///     to be normalised first.
    ///   - progress: is told after each iteration how many were done; what it throws ends the work.
    /// - Returns: `[N, 2]` float32 on the processor, with the mean at the origin.
    /// - Throws: `UserFacingError` when there are fewer than ``leastCount`` embeddings or a row is not finite, and what
    ///   `progress` throws.
    public func project(_ embeddings: Tensor, progress: (_ done: Int) throws -> Void = { _ in }) throws -> Tensor {
        let rows = Self.rescaled(
            try ProjectionInput.checked(embeddings, atLeast: Self.leastCount, for: Self.method))
        let neighbours = try neighbours(of: rows)
        var generator = SeededGenerator(seed: seed)
        let start = try ProjectionInput.start(rows, chance: 1e-6, using: &generator) { coordinates in
            let first = stride(from: 0, to: coordinates.count, by: 2).reduce(0) {
                $0 + coordinates[$1] * coordinates[$1]
            }
            return first > 0 ? 1e-4 / (first / Double(coordinates.count / 2)).squareRoot() : 0
        }
        let settings = CPStochasticSettings(
            perplexity: perplexity(among: rows.size(0)), exaggeration: Self.exaggeration,
            exaggerated: Int32(min(250, iterations / 3)), iterations: Int32(iterations),
            threads: Int32(Engine.threadCount))
        return try Layout(Self.method, neighbours) { cp_stochastic_create($0, settings, start, $1) }
            .run(iterations: iterations, progress: progress)
    }

    /// Embeddings so small that squares of their distances would be lost, times a power of two, by which nothing else changes.
    private static func rescaled(_ rows: Tensor) -> Tensor {
        let greatest = rows.absolute().maximum().item()
        guard greatest > 0 && greatest < 1e-9 else { return rows }
        return rows * exp2(-log2(greatest).rounded(.down))
    }

    /// The joint probabilities, whose sum is 1, `[N, N]` in row-major order.
    func affinities(of embeddings: Tensor) throws -> [Float] {
        let neighbours = try neighbours(of: embeddings)
        let count = neighbours.queryCount
        var affinities = [Float](repeating: 0, count: count * count)
        try Layout.check(
            Self.method,
            neighbours.withPointers {
                cp_stochastic_affinities($0, perplexity(among: count), Int32(Engine.threadCount), &affinities)
            })
        return affinities
    }

    private func neighbours(of rows: Tensor) throws -> Neighbours {
        let count = Int((3 * perplexity(among: rows.size(0))).rounded(.up))
        return try Neighbours(within: rows, count: count, metric: .euclidean)
    }
}
