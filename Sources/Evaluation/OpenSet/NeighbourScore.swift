import Files
public import Torch

/// The distance to the k-th nearest embedding of a gallery, such as the training set; with k = 1, to the nearest.
///
/// The leave-out protocol's score with k = 1; with more, Sun et al., "Out-of-distribution detection with deep nearest
/// neighbors", 2022.
public struct NeighbourScore: UnknownScorer {
    /// Which neighbour counts, from 1.
    public let rank: Int
    /// How far is measured.
    public let distance: EmbeddingDistance
    private let gallery: Tensor

    /// `nearest-cosine`, or `neighbour-5-euclidean` for the fifth.
    public var name: String { rank == 1 ? "nearest-\(distance)" : "neighbour-\(rank)-\(distance)" }

    /// Embeddings.
    public var input: UnknownScorerInput { .embeddings }

    /// Keeps a gallery.
    ///
    /// - Parameters:
    ///   - gallery: `[N, D]`.
    ///   - rank: which neighbour counts, from 1 to N.
    ///   - distance: how far is measured.
    /// - Throws: `UserFacingError` when a row is not finite, or zero with the cosine, or the gallery is too small.
    public init(gallery: Tensor, rank: Int = 1, distance: EmbeddingDistance = .cosine) throws {
        let operation = "NeighbourScore"
        self.gallery = try gallery.prepared(for: distance, operation)
        guard (1...gallery.size(0)).contains(rank) else {
            throw UserFacingError(
                "neighbour", problem: "is \(rank), the gallery has \(gallery.size(0)) embeddings",
                remedy: "choose one from 1 to \(gallery.size(0))")
        }
        self.rank = rank
        self.distance = distance
    }

    /// The distance of each embedding `[N, D]` to its k-th neighbour: `[N]`.
    ///
    /// - Parameter samples: `[N, D]`.
    /// - Throws: `UserFacingError` that names the first row that is not finite, or zero with the cosine.
    public func scores(of samples: Tensor) throws -> [Double] {
        let prepared = try samples.prepared(for: distance, name)
        // Rows of length 1 are in one order by both distances, and 32 bits tell small distances apart, but not cosines near 1.
        let found = try Neighbours(of: prepared, in: gallery, count: rank, metric: .euclidean)
        let last = (0..<found.queryCount).map { found.indices[$0 * found.count + rank - 1] }
        let neighbours = gallery.gathered(Tensor(last).to(gallery.device))
        switch distance {
        case .cosine: return (-(prepared * neighbours).sum(along: [1]) + 1).array(of: Double.self)
        case .euclidean: return (prepared - neighbours).norm(along: 1).array(of: Double.self)
        }
    }
}
