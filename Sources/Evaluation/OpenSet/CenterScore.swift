public import Torch

/// The distance to the nearest centre of a class: the mean of its embeddings, or of their directions with the cosine.
public struct CenterScore: UnknownScorer {
    /// How far is measured.
    public let distance: EmbeddingDistance
    private let centers: Tensor

    /// `center-cosine` or `center-euclidean`.
    public var name: String { "center-\(distance)" }

    /// Embeddings.
    public var input: UnknownScorerInput { .embeddings }

    /// Takes the mean of each class of a gallery.
    ///
    /// - Parameters:
    ///   - gallery: `[N, D]`.
    ///   - labels: the class of each row, `[N]`, any 64-bit number.
    ///   - distance: how far is measured.
    /// - Throws: `UserFacingError` when a row is not finite, or zero with the cosine, or a class's directions cancel.
    /// - Precondition: there is a label for each row.
    public init(gallery: Tensor, labels: [Int64], distance: EmbeddingDistance = .cosine) throws {
        let prepared = try gallery.prepared(for: distance, "CenterScore")
        let means = prepared.classMeans(labels, "CenterScore").means
        centers = distance == .cosine ? try means.directions("CenterScore") : means
        self.distance = distance
    }

    /// The distance of each embedding `[N, D]` to the nearest centre: `[N]`.
    ///
    /// - Parameter samples: `[N, D]`.
    /// - Throws: `UserFacingError` that names the first row that is not finite, or zero with the cosine.
    public func scores(of samples: Tensor) throws -> [Double] {
        let prepared = try samples.prepared(for: distance, name)
        return prepared.inBlocks(against: centers.size(0)) {
            $0.distances(to: centers, by: distance).minimum(along: [1])
        }
    }
}
