import Evaluation
import Files
import Torch

/// Our form of searching for neighbours, or of measuring retrieval, on given embeddings.
final class RetrievalSession: Session {
    private enum Form: String {
        case neighbours
        case measures
    }

    private let form: Form
    private let embeddings: Tensor
    private let queries: Tensor
    private let labels: [Int64]

    init(_ arguments: Arguments) throws {
        guard let form = Form(rawValue: try arguments.value("--form")) else {
            throw UserFacingError(
                "bench serve", field: "--form", problem: "is unknown", remedy: "write neighbours or measures")
        }
        self.form = form
        let file = try SafetensorsFile(path: try arguments.value("--embeddings"))
        embeddings = try file.tensor("embeddings")
        labels = try file.tensor("labels").array(of: Int64.self)
        queries = embeddings[0..<arguments.number("--queries", default: embeddings.size(0))]
    }

    func step() throws -> Double {
        switch form {
        case .neighbours:
            let found = try Neighbours(of: queries, in: embeddings, count: 100)
            return Double(found.values[found.count - 1])
        case .measures:
            let set = LabelledEmbeddings(embeddings, labels: labels)
            return try RetrievalReport(leavingOneOutOf: set).micro?.meanAveragePrecisionAtR ?? 0
        }
    }
}
