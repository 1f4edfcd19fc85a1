import Files
public import Torch

/// The distance to the k-th nearest embedding of a gallery, such as the training set; with k = 1, to the nearest.
///
/// The leave-out protocol's score with k = 1; with more, Sun et al., "Out-of-distribution detection with deep nearest
/// neighbors", 2022.
public struct NeighborScore: UnknownScorer {
    /// Which neighbour counts, from 1.
    public let rank: Int
    /// How far is measured.
    public let distance: EmbeddingDistance
    private let gallery: Tensor

    /// `nearest-cosine`, or `neighbor-5-euclidean` for the fifth.
    public var name: String { rank == 1 ? "nearest-\(distance)" : "neighbor-\(rank)-\(distance)" }

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
        let operation = "NeighborScore"
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
        return prepared.inBlocks(against: gallery.size(0)) {
            $0.distances(to: gallery, by: distance).smallest(rank).selected(rank - 1, along: 1)
        }
    }
}
