import ArgumentParser
import Evaluation

/// `hypersphere evaluate few-shot`.
struct EvaluateFewShotCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "few-shot",
        abstract: "Measure how well new classes are named after a few examples.",
        usage: """
            hypersphere evaluate few-shot MODEL [DATA] [options]
            hypersphere evaluate few-shot --embeddings FILE [options]
            """,
        discussion: """
            Episodes of a few classes are drawn; each query gets the class whose examples'
            mean is nearest. Give classes that the model has not learnt from.

            Example:
              hypersphere evaluate few-shot --embeddings new.npy --labels new.txt --shots 1
            """)

    @OptionGroup var input: EmbeddingOptions

    @Option(help: "Classes of an episode.")
    var ways = 5

    @Option(help: "Examples of each class.")
    var shots = 5

    @Option(help: "Embeddings of each class that are named.")
    var queries = 15

    @Option(help: "Episodes.")
    var episodes = 600

    @Option(help: "How far is measured: cosine or euclidean. (default: euclidean)", transform: choice(of: "--metric"))
    var metric = EmbeddingDistance.euclidean

    @Option(help: "The seed of all draws.")
    var seed: UInt64 = 0

    @Option(help: "A page to write, with the accuracies of the episodes.")
    var page: String?

    @OptionGroup var output: OutputOptions

    func validate() throws {
        let least = [
            ("--ways", ways, 2), ("--shots", shots, 1), ("--queries", queries, 1), ("--episodes", episodes, 2),
        ]
        for (name, value, limit) in least where value < limit {
            throw ValidationError("\(name) expects a number from \(limit), got \(value)")
        }
    }

    func run() throws {
        let table = try input.table(quiet: output.quiet)
        if metric == .cosine { try table.checkDirections() }
        let numbering = ClassNumbering(try table.knownClasses())
        let sampler = try EpisodeSampler(
            labels: numbering.labels(of: table.knownClasses()), ways: ways, shots: shots, queries: queries, seed: seed,
            name: { numbering.names[Int($0)] })
        let report = try FewShotReport(table.embeddings, sampler: sampler, episodes: episodes, distance: metric)
        let result = FewShotResult(
            protocol: FewShotResult.Facts(
                embeddings: table.name, classSource: table.classSource, metric: metric, ways: ways, shots: shots,
                queries: queries, episodes: episodes, seed: seed, embeddingCount: table.count,
                classCount: numbering.names.count),
            accuracy: report.meanAccuracy, margin: report.margin, accuracies: report.accuracies)
        try output.tell(result, page: page) { [result.figure] }
    }
}
