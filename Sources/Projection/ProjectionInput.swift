import Evaluation
import Files
import Torch

/// What every projection asks of embeddings.
enum ProjectionInput {
    /// The embeddings without a gradient, in their own type, on their device.
    ///
    /// - Throws: `UserFacingError` when there are fewer than `least`, or a row is not finite.
    static func checked(_ embeddings: Tensor, atLeast least: Int, for method: String) throws -> Tensor {
        _ = try EmbeddingCheck.checked(embeddings, named: "embeddings")
        guard embeddings.size(0) >= least else {
            throw UserFacingError(
                "embeddings", field: "count", problem: "is \(embeddings.size(0)), \(method) needs at least \(least)",
                remedy: least > 1 ? "give more, or use principal components" : "give at least one")
        }
        return embeddings.detached().contiguous()
    }

    /// Where points begin: the two principal components, their spread told by `scale`, each moved by a little chance that sets
    /// equal embeddings apart.
    ///
    /// - Parameters:
    ///   - scale: what the coordinates are multiplied by, from those along both directions.
    ///   - chance: the deviation of what is added.
    /// - Returns: `[N, 2]` in row-major order.
    static func start(
        _ rows: Tensor, chance: Double, using generator: inout some RandomNumberGenerator,
        scale: (_ coordinates: [Double]) -> Double
    ) throws -> [Float] {
        let coordinates = try PrincipalComponents(of: rows).project(rows.to(.float64)).array(of: Double.self)
        let factor = scale(coordinates)
        let moves = Tensor.normal([coordinates.count], dtype: .float64, using: &generator).array(of: Double.self)
        // Threads share sums in other ways, and a descent magnifies the last digits: a grid takes them away.
        let grid = 4096.0
        let largest = coordinates.map(abs).max() ?? 0
        return zip(coordinates, moves).map { coordinate, move in
            let place = largest > 0 ? (coordinate / largest * grid).rounded() / grid * largest : 0
            return Float(place * factor + move * chance)
        }
    }
}
