import Files
public import Torch

extension Tensor {
    /// The direction of the sum of two embeddings of each image, as it is and mirrored: `[N, D]` of length 1.
    ///
    /// FaceNet's and InsightFace's programs measure Labeled Faces in the Wild so.
    ///
    /// - Parameter mirrored: the embeddings of the images flipped from left to right, `[N, D]`.
    /// - Throws: `UserFacingError` that names the first row which is not finite, or whose sum is zero.
    /// - Precondition: both are of one shape.
    public func flipAveraged(with mirrored: Tensor) throws -> Tensor {
        require(
            rank == 2 && shape == mirrored.shape,
            "flipAveraged(with:): expected two of one shape [N, D], got \(signature) and \(mirrored.signature)")
        return try (self + mirrored).directions("flipAveraged(with:)")
    }

    /// Refuses embeddings or logits that no score is defined for.
    ///
    /// - Throws: `UserFacingError` about `subject` when there is no row, or one is not finite.
    func checkRows(_ subject: String, _ operation: String) throws {
        require(
            rank == 2 && dtype.isFloatingPoint,
            "\(operation): expected floating-point \(subject) [N, D], got \(signature)")
        guard count > 0 else {
            throw UserFacingError(subject, problem: "there are none", remedy: "give at least one")
        }
        if let row = Self.firstRow(.!greatestMagnitudes().areFinite()) {
            throw UserFacingError(
                subject, field: "row \(row)", problem: "is not finite",
                remedy: "look for a broken image, or a training run that diverged")
        }
    }

    /// Refuses embeddings that have no direction.
    ///
    /// - Throws: `UserFacingError` when there is no row, or one is not finite or zero.
    func checkDirections(_ operation: String) throws {
        try checkRows("embeddings", operation)
        if let row = Self.firstRow(greatestMagnitudes() .<= 0) {
            throw UserFacingError(
                "embeddings", field: "row \(row)", problem: "is zero, so it has no direction",
                remedy: "look for a blank image, or a model whose features died")
        }
    }

    /// The rows scaled to length 1.
    ///
    /// - Throws: `UserFacingError` when there is no row, or one is not finite or zero.
    func directions(_ operation: String) throws -> Tensor {
        try checkDirections(operation)
        return checkedDirections()
    }

    /// The rows, which have been checked, scaled to length 1.
    func checkedDirections() -> Tensor {
        // Brought to 1 first: the squares of very long or short rows would leave the range of the type.
        let scaled = self / greatestMagnitudes().unsqueezed(1)
        return scaled / scaled.norm(along: 1, keeping: true)
    }

    /// The greatest magnitude of each row, not a number where one is none: `[N]`.
    private func greatestMagnitudes() -> Tensor {
        -Tensor.lesser(minimum(along: [1]), -maximum(along: [1]))
    }

    private static func firstRow(_ mask: Tensor) -> Int? {
        let rows = mask.nonzeroIndices()
        return rows.size(0) == 0 ? nil : Int(rows[0].item())
    }
}
