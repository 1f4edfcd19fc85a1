import Evaluation
import Testing
import TestSupport
import Torch

/// The cases of `retrieval.safetensors`, which `Tools/reference/retrieval.py` makes.
enum RetrievalFixture {
    private static let all = (try? Fixture("retrieval"))?.cases ?? []

    static let retrieval = cases("retrieval")
    static let neighbours = retrieval.filter { $0.settings["k"] != nil }
    static let agreement = cases("agreement")
    static let clusters = cases("clusters")
    static let votes = cases("vote")

    private static func cases(_ kind: String) -> [Fixture.Case] { all.filter { $0.settings["kind"]?.text == kind } }
}

extension Fixture.Case {
    func metric() throws -> EmbeddingMetric {
        try #require(settings["metric"]?.text.flatMap(EmbeddingMetric.init(rawValue:)))
    }

    func integer(_ key: String) throws -> Int { try #require(settings[key]?.integer) }

    /// Embeddings, labels and groups whose names begin with `prefix`.
    func labelled(_ embeddings: String = "embeddings", prefix: String = "") throws -> LabelledEmbeddings {
        try LabelledEmbeddings(
            tensor(embeddings), labels: tensor("\(prefix)labels").array(of: Int64.self),
            groups: has("\(prefix)groups") ? tensor("\(prefix)groups").array(of: Int64.self) : nil)
    }
}
