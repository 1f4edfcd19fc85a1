import Files
import Torch

extension Tensor {
    /// How many numbers of a block of distances are held at once.
    private static let blockSize = 1 << 22

    /// Embeddings as a distance wants them, in float64: scaled to length 1 for the cosine.
    ///
    /// - Throws: `UserFacingError` that names the first row that is not finite, or zero with the cosine.
    func prepared(for distance: EmbeddingDistance, _ operation: String) throws -> Tensor {
        switch distance {
        case .cosine: return try detached().to(.float64).directions(operation)
        case .euclidean:
            try checkRows("embeddings", operation)
            return detached().to(.float64)
        }
    }

    /// The distance of each row to each of `other`.
    func distances(to other: Tensor, by distance: EmbeddingDistance) -> Tensor {
        switch distance {
        case .cosine: -matrixProduct(other.transposed()).clamped(min: -1, max: 1) + 1
        case .euclidean: euclideanDistances(to: other)
        }
    }

    /// What `body` gives for blocks of the rows, each as large as distances to `width` rows allow, one after the other.
    func inBlocks(against width: Int, _ body: (Tensor) -> Tensor) -> [Double] {
        let rows = max(1, Self.blockSize / max(1, width))
        return stride(from: 0, to: size(0), by: rows).flatMap { first in
            body(self[first..<min(first + rows, size(0))]).array(of: Double.self)
        }
    }

    /// The mean of the rows of each class, in rising order of labels, and the place of each row's class among them.
    func classMeans(_ labels: [Int64], _ operation: String) -> (means: Tensor, places: Tensor) {
        require(labels.count == size(0), "\(operation): \(labels.count) labels for embeddings \(signature)")
        let classes = Set(labels).sorted()
        let order = Dictionary(uniqueKeysWithValues: classes.enumerated().map { ($1, $0) })
        let places = Tensor(labels.map { order[$0] ?? 0 }).to(device)
        let sums = Tensor.zeros([classes.count, size(1)], dtype: dtype, device: device).adding(self, at: places)
        let counts = places.occurrences(minimumLength: classes.count).to(dtype).unsqueezed(1)
        return (sums / counts, places)
    }
}
