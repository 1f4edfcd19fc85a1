import Evaluation
import Terminal

/// What `evaluate few-shot` found, and how.
struct FewShotResult: Encodable {
    struct Facts: Encodable {
        let task = "few-shot"
        let embeddings: String
        let classSource: String?
        let metric: EmbeddingDistance
        let prototype = "mean of the examples"
        let ways: Int
        let shots: Int
        let queries: Int
        let episodes: Int
        let seed: UInt64
        let embeddingCount: Int
        let classCount: Int
    }

    let `protocol`: Facts
    let accuracy: Double
    let margin: Double
    let accuracies: [Double]

    func show() {
        let facts = `protocol`
        Console.paragraph(
            "\(facts.embeddings): \(formatCount(facts.embeddingCount)) embeddings of \(formatCount(facts.classCount)) classes"
        )
        if let source = facts.classSource { Console.paragraph("classes: \(source)") }
        Console.paragraph(
            "\(formatCount(facts.episodes)) episodes, seed \(facts.seed): \(facts.ways) classes, "
                + "\(Console.counted(facts.shots, "example")) and \(facts.queries) to be named of each; "
                + "the nearest mean of examples by \(facts.metric == .cosine ? "cosine" : "Euclidean distance")")
        Console.print("")
        Console.print(
            "accuracy  \(Console.share(accuracy)) ± \(Console.share(margin))  (95 % interval of the mean over episodes)"
        )
    }
}
