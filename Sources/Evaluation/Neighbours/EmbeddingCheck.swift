import Files
package import Torch

/// What embeddings must be before they are compared: numbers of 32 bits, finite, of one width.
package enum EmbeddingCheck {
    /// Products of greater numbers would leave the range of 32 bits.
    static let largest = 1e15

    /// The embeddings as dense float32 without a gradient, on their device.
    ///
    /// - Throws: `UserFacingError` that names the first row that is not finite, or too large to be multiplied.
    package static func checked(_ embeddings: Tensor, named name: String) throws -> Tensor {
        guard embeddings.rank == 2, embeddings.size(1) > 0 else {
            throw UserFacingError(
                name, field: "shape", problem: "is \(embeddings.shape)",
                remedy: "give a matrix with a row for each embedding")
        }
        let rows = embeddings.detached().to(.float32).contiguous()
        guard rows.size(0) > 0 else { return rows }
        // Not a number compares as false, so that the comparison is the other way round.
        let fit = (rows.maximum(along: [1]) .<= largest) .& (-rows.minimum(along: [1]) .<= largest)
        guard !fit.all() else { return rows }
        let row = (.!fit).nonzeroIndices()[0].item()
        throw UserFacingError(
            name, field: "row \(Int(row))", problem: "holds what is not a finite number within ±1e15",
            remedy: "remove it, or look for the step that broke it")
    }

    /// Checks that both sides have one width, and that there is something to be compared with.
    ///
    /// - Throws: `UserFacingError` that tells both shapes.
    static func requireComparable(_ queries: Tensor, _ gallery: Tensor) throws {
        guard queries.size(1) == gallery.size(1) else {
            throw UserFacingError(
                "queries", field: "width",
                problem: "\(queries.size(1)) numbers an embedding, and \(gallery.size(1)) in the gallery",
                remedy: "embed both with one model")
        }
        guard gallery.size(0) > 0 else {
            throw UserFacingError("gallery", problem: "holds no embedding", remedy: "give at least one")
        }
    }
}
