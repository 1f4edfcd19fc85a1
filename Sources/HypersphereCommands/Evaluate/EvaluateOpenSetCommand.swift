import ArgumentParser
import Evaluation
import Files
import Torch
import Training

/// `hypersphere evaluate open-set`.
struct EvaluateOpenSetCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "open-set",
        abstract: "Measure how well images of unknown classes are told from known ones.",
        usage: """
            hypersphere evaluate open-set [MODEL] --known-train X --known Y
                --unknown Z [options]
            """,
        discussion: """
            X, Y and Z are saved embeddings or, with a model, images: folders of classes,
            CSV files or known sets. Scores are higher for the more unknown, and no
            threshold is chosen. With a model whose head knows the classes, its logits are
            scored too.

            Example:
              hypersphere evaluate open-set runs/birds-1 --known-train birds/train \\
                --known birds/test --unknown other-birds
            """)

    @Argument(help: "A run's folder, or its model.safetensors; none for saved embeddings.")
    var model: String?

    @Option(help: "The known classes' training data.")
    var knownTrain: String

    @Option(help: "Other data of the known classes.")
    var known: String

    @Option(help: "Data of other classes.")
    var unknown: String

    @Option(help: "The classes of --known-train where its file does not tell them.")
    var knownTrainLabels: String?

    @Option(help: "The classes of --known where its file does not tell them.")
    var knownLabels: String?

    @Option(help: "How far is measured: cosine or euclidean. (default: cosine)", transform: choice(of: "--metric"))
    var metric = EmbeddingDistance.cosine

    @Option(name: .customLong("k"), help: "Which training embedding the k-th neighbour's score looks at.")
    var rank = 5

    @OptionGroup var modelOptions: ModelOptions

    @Option(help: "A page with pictures to write: ROC and DET of each score.")
    var page: String?

    @OptionGroup var output: OutputOptions

    func validate() throws {
        if rank < 1 { throw ValidationError("--k expects a number above 0, got \(rank)") }
        if model != nil && (knownTrainLabels != nil || knownLabels != nil) {
            throw ValidationError("--known-train-labels and --known-labels are for saved embeddings, not for a model's")
        }
    }

    func run() throws {
        let bundle = try model.map { try modelOptions.model($0) }
        if bundle == nil { _ = try modelOptions.options.choose() }
        let train = try table(knownTrain, labels: knownTrainLabels, .train, bundle)
        let known = try table(known, labels: knownLabels, .test, bundle)
        let unknown = try table(unknown, labels: nil, .test, bundle)
        try check(train, known, unknown)
        let measured = try OpenSetMeasurement(
            train: train, known: known, unknown: unknown, metric: metric, rank: rank, model: bundle)
        if !output.quiet { for warning in measured.warnings { Console.note("warning: \(warning)") } }
        try output.tell(measured.result, page: page) { measured.result.figures }
    }

    private func table(
        _ word: String, labels: String?, _ part: ModelOptions.Part, _ bundle: ModelBundle?
    ) throws -> EmbeddingTable {
        guard let bundle else { return try EmbeddingTable(saved: word, labels: labels) }
        return try modelOptions.table(
            of: modelOptions.images(word, part), by: bundle, named: word, quiet: output.quiet)
    }

    private func check(_ train: EmbeddingTable, _ known: EmbeddingTable, _ unknown: EmbeddingTable) throws {
        for table in [known, unknown] where table.embeddings.size(1) != train.embeddings.size(1) {
            throw UserFacingError(
                table.name, field: "width",
                problem: "is \(table.embeddings.size(1)), that of \(train.name) \(train.embeddings.size(1))",
                remedy: "embed all with one model")
        }
        let learnt = Set(try train.knownClasses())
        if let other = try known.knownClasses().first(where: { !learnt.contains($0) }) {
            throw UserFacingError(
                known.name, field: "classes", problem: "\(other) is not among those of \(train.name)",
                remedy: "give the known classes in both, or move it to --unknown")
        }
        try unknown.checkUnknown(among: learnt, of: train.name, quiet: output.quiet)
        // The parts of a known set have one name.
        let isOneFile = model == nil && known.files == nil && known.name == train.name
        if let same = isOneFile ? known.name : try known.sharedImage(with: train) {
            throw UserFacingError(
                known.name, problem: "\(same) is in \(train.name) too, so that its nearest is itself",
                remedy: "give other data of the known classes")
        }
        if metric == .cosine { for table in [train, known, unknown] { try table.checkDirections() } }
    }
}
