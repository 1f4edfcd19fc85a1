import Evaluation
import Terminal
import Visualization

/// What `evaluate few-shot` found, and how.
struct FewShotResult: EvaluationResult {
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

    var title: String { "New classes of \(`protocol`.embeddings) by a few examples" }

    var about: String { [embeddings, draws].joined(separator: "; ") }

    var tables: [ReportTable] {
        [
            ReportTable(
                columns: ["measure", "mean", "95 % interval of the mean over episodes"],
                rows: [["accuracy", Console.share(accuracy), "± \(Console.share(margin))"]])
        ]
    }

    /// The accuracies of the episodes, which differ by the classes and examples that were drawn.
    var figure: Figure {
        let sorted = accuracies.sorted()
        return Figure(
            title: "Episodes", horizontalTitle: "episodes that came to less, %",
            panels: [
                LineChart(
                    title: "accuracy, %",
                    series: [
                        LineSeries(
                            "episodes", x: sorted.indices.map { 100 * Double($0) / Double(sorted.count) },
                            y: sorted.map { 100 * $0 }, colorIndex: 0)
                    ],
                    hasLegend: false)
            ])
    }

    private var embeddings: String {
        "\(`protocol`.embeddings): \(formatCount(`protocol`.embeddingCount)) embeddings of "
            + "\(formatCount(`protocol`.classCount)) classes"
    }

    private var draws: String {
        let facts = `protocol`
        return "\(formatCount(facts.episodes)) episodes, seed \(facts.seed): \(facts.ways) classes, "
            + "\(Console.counted(facts.shots, "example")) and \(facts.queries) to be named of each; "
            + "the nearest mean of examples by \(facts.metric == .cosine ? "cosine" : "Euclidean distance")"
    }

    func show() {
        Console.paragraph(embeddings)
        if let source = `protocol`.classSource { Console.paragraph("classes: \(source)") }
        Console.paragraph(draws)
        Console.print("")
        Console.print(
            "accuracy  \(Console.share(accuracy)) ± \(Console.share(margin))  (95 % interval of the mean over episodes)"
        )
    }
}
