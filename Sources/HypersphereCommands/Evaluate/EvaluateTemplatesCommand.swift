import ArgumentParser
import Evaluation
import Files
import Terminal
import Torch

/// `hypersphere evaluate templates`.
struct EvaluateTemplatesCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "templates",
        abstract: "Measure how well templates of several images are told apart, as IJB-B and IJB-C ask.",
        usage: """
            hypersphere evaluate templates --embeddings FILE --templates FILE
                --pairs FILE [options]
            """,
        discussion: """
            A template is all that is known of a person. Embeddings, not scaled to length
            1, times the faces' scores where these are given, are averaged over each medium
            and summed over media; templates are compared by the cosine.

            Example:
              hypersphere evaluate templates --embeddings ijbc.npy \\
                --templates ijbc_face_tid_mid.txt --pairs ijbc_template_pair_label.txt \\
                --quality ijbc_name_5pts_score.txt
            """)

    @Option(help: "Saved embeddings in the order of the list: .npy, .safetensors or .csv.")
    var embeddings: String

    @Option(help: "The image, template and medium of each embedding, a line each.")
    var templates: String

    @Option(help: "Two templates and 1 or 0 a line: whether they are of one person.")
    var pairs: String

    @Option(help: "The score of each face, the last word of a line; all count 1 when left out.")
    var quality: String?

    @Option(
        name: .customLong("far"), help: "The false accept rates to measure at, with commas between.",
        transform: falseAcceptRates)
    var targets = [1e-6, 1e-5, 1e-4, 1e-3, 1e-2, 1e-1]

    @Option(help: "A page with pictures to write: similarities, ROC, DET.")
    var page: String?

    @OptionGroup var options: DeviceOptions

    @OptionGroup var output: OutputOptions

    func run() throws {
        let (device, _) = try options.choose()
        let table = try EmbeddingTable(contentsOf: embeddings)
        let list = try TemplateList(templates, quality: quality)
        let joined = try EmbeddingTemplates(table.embeddings.to(device), list: list, named: table.name)
        let found = try joined.pairs(pairs)
        let result = VerificationResult(
            protocol: VerificationResult.Facts(
                embeddings: table.name, pairs: pairs, images: table.count, templates: joined.numbers.count,
                positives: found.isSame.count { $0 }, negatives: found.isSame.count { !$0 }, folds: 1,
                thresholds: nil, resamples: 0, seed: 0),
            plain: try VerificationMeasures(
                found, of: joined.directions, folds: 1, candidates: .published, targets: targets, nil, ([], [])),
            withFlip: nil)
        try output.tell(result, page: page) { result.figures }
    }
}
