import Projection
import Torch

/// Our form of t-SNE on given embeddings; it leaves the points in a file.
final class ProjectionSession: Session {
    private let embeddings: Tensor
    private let output: String

    init(_ arguments: Arguments) throws {
        embeddings = try SafetensorsFile(path: try arguments.value("--embeddings")).tensor("embeddings")
        output = try arguments.value("--points")
    }

    func step() throws -> Double {
        let points = try StochasticNeighbourEmbedding().project(embeddings)
        try SafetensorsFile.write(["points": points], to: output)
        return points.standardDeviation().item()
    }
}
