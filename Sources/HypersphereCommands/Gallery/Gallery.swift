import ArgumentParser
import Datasets
import Evaluation
import Images
import Torch
import Training

/// Embeddings that are searched.
struct Gallery {
    let table: EmbeddingTable
    /// The images of the rows; nil for saved embeddings.
    let images: ImageSet?
}

/// Images that are searched for.
struct GalleryQueries {
    /// `[N, D]`.
    let embeddings: Tensor
    /// The images, `[N]`.
    let samples: [ImageSample]
    /// The images that cannot be used.
    let broken: [BrokenImage]

    /// What is nearest to each image, the nearest first: rows of the gallery and their scores.
    ///
    /// - Throws: `UserFacingError` when an embedding is not finite.
    func nearest(
        _ count: Int, in gallery: EmbeddingTable, by metric: EmbeddingMetric
    ) throws -> [[(row: Int, score: Double)]] {
        guard !samples.isEmpty else { return [] }
        let found = try Neighbours(of: embeddings, in: gallery.embeddings, count: count, metric: metric)
        return samples.indices.map { query in
            (query * found.count..<(query + 1) * found.count).map { place in
                (Int(found.indices[place]), Double(found.values[place]))
            }
        }
    }

    /// Says which images cannot be used.
    ///
    /// - Throws: `ExitCode` where there is one.
    func reportBroken() throws {
        for image in broken { Console.fail(image.reason) }
        if !broken.isEmpty { throw ExitCode.failure }
    }
}

/// An image that cannot be used, as JSON.
struct UnusableImage: Encodable {
    let file: String
    let problem: String

    init(_ image: BrokenImage) {
        file = image.path
        problem = image.reason
    }
}
