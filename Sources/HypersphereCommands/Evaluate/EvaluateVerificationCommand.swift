import ArgumentParser
import Evaluation
import Files
import Terminal

/// `hypersphere evaluate verification`.
struct EvaluateVerificationCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "verification",
        abstract: "Measure how well pairs of one class are told from pairs of two.",
        usage: """
            hypersphere evaluate verification MODEL [DATA | --pairs FILE --images DIR]
            hypersphere evaluate verification --embeddings FILE [--pairs FILE]
            """,
        discussion: """
            With a list of pairs in the form of Labeled Faces in the Wild, its folds in
            their order: the threshold of each is chosen on the others. Images lie at
            NAME/NAME_0001.jpg below --images; saved embeddings tell their files. Without
            a list, all pairs of the embeddings.

            Examples:
              hypersphere evaluate verification runs/faces-1 --pairs pairs.txt \\
                --images lfw --flip
              hypersphere evaluate verification --embeddings x.npy --labels y.npy
            """)

    @OptionGroup var input: EmbeddingOptions

    @Option(help: "A list of pairs, as pairs.txt of Labeled Faces in the Wild.")
    var pairs: String?

    @Option(name: .customLong("images"), help: "The folder of the list's images.")
    var folder: String?

    @Flag(help: "Add the embeddings of the images flipped from left to right, and print both.")
    var flip = false

    @Option(
        name: .customLong("far"), help: "The false accept rates to measure at, with commas between.",
        transform: Self.rates)
    var targets = [0.1, 0.01, 0.001, 0.0001]

    @Option(
        help: "Among which thresholds a fold chooses: published (0, 0.01, ..., 3.99) or observed ones.",
        transform: choice(of: "--thresholds"))
    var thresholds = ThresholdCandidates.published

    @Option(help: "Resamples of the identities for an interval of the AUC; none when 0.")
    var resamples = 0

    @Option(help: "The seed of the resamples.")
    var seed: UInt64 = 0

    @Option(help: "A page with pictures to write: similarities, ROC, DET.")
    var page: String?

    @OptionGroup var output: OutputOptions

    func validate() throws {
        if flip && input.model == nil {
            throw ValidationError("--flip expects a model, which embeds the flipped images")
        }
        if folder != nil && pairs == nil { throw ValidationError("--images expects --pairs beside it") }
        if resamples < 0 { throw ValidationError("--resamples expects 0 or more, got \(resamples)") }
        guard pairs != nil else {
            if resamples > 0 { throw ValidationError("--resamples expects --pairs beside it") }
            return
        }
        if input.images != nil || input.labels != nil {
            throw ValidationError("--pairs tells images and classes: leave DATA and --labels out")
        }
        if (input.model == nil) != (folder == nil) {
            throw ValidationError("--pairs expects a model with --images, or --embeddings without")
        }
    }

    private static func rates(_ text: String) throws -> [Double] {
        try text.split(separator: ",", omittingEmptySubsequences: false).map { part in
            guard let rate = Double(part), rate > 0, rate < 1 else {
                throw ValidationError("--far expects rates between 0 and 1 with commas between, got \(text)")
            }
            return rate
        }
    }

    func run() throws {
        let result = try pairs.map(ofList) ?? ofAllPairs()
        try output.tell(result, page: page) { result.figures }
    }

    private func ofList(_ path: String) throws -> VerificationResult {
        let list = try PairsFile(path)
        let images = PairImages(list, path: path)
        let plain: EmbeddingTable
        var rows = Array(list.images.indices)
        var averaged: EmbeddingTable?
        if let model = input.model, let folder {
            let bundle = try input.modelOptions.model(model)
            let set = try images.files(in: folder)
            plain = try input.modelOptions.table(of: set, by: bundle, named: folder, quiet: output.quiet)
            if flip {
                let mirrored = try input.modelOptions.table(
                    of: set, by: bundle, named: folder, mirrored: true, quiet: output.quiet)
                averaged = try self.averaged(plain, mirrored)
            }
        } else {
            plain = try input.saved()
            rows = try images.rows(of: plain)
        }
        try plain.checkDirections()
        let pairs = VerificationPairs(
            first: list.pairs.first.map { rows[$0] }, second: list.pairs.second.map { rows[$0] },
            isSame: list.pairs.isSame)
        let bootstrap = resamples > 0 ? Bootstrap(resamples: resamples, seed: seed) : nil
        let identities = images.identities
        let facts = VerificationResult.Facts(
            embeddings: plain.name, pairs: path, images: list.images.count, positives: list.pairs.isSame.count { $0 },
            negatives: list.pairs.isSame.count { !$0 }, folds: list.folds,
            thresholds: list.folds > 1 ? thresholds : nil, resamples: resamples, seed: seed)
        return VerificationResult(
            protocol: facts,
            plain: try VerificationMeasures(
                pairs, of: plain.embeddings, folds: list.folds, candidates: thresholds, targets: targets,
                bootstrap, identities),
            withFlip: try averaged.map {
                try VerificationMeasures(
                    pairs, of: $0.embeddings, folds: list.folds, candidates: thresholds, targets: targets,
                    bootstrap, identities)
            })
    }

    private func ofAllPairs() throws -> VerificationResult {
        let plain = try input.table(quiet: output.quiet)
        let averaged = flip ? try self.averaged(plain, input.table(mirrored: true, quiet: output.quiet)) : nil
        try plain.checkDirections()
        let classes = try plain.knownClasses()
        let labels = ClassNumbering(classes).labels(of: classes)
        let curve = try ReceiverOperatingCurve.ofAllPairs(plain.embeddings, labels: labels)
        return VerificationResult(
            protocol: VerificationResult.Facts(
                embeddings: plain.name, pairs: nil, images: plain.count, positives: curve.positives,
                negatives: curve.negatives, folds: 1, thresholds: nil, resamples: 0, seed: seed),
            plain: VerificationMeasures(curve, targets: targets),
            withFlip: try averaged.map {
                VerificationMeasures(try .ofAllPairs($0.embeddings, labels: labels), targets: targets)
            })
    }

    private func averaged(_ plain: EmbeddingTable, _ mirrored: EmbeddingTable) throws -> EmbeddingTable {
        try EmbeddingTable(
            name: plain.name, embeddings: plain.embeddings.flipAveraged(with: mirrored.embeddings),
            classes: plain.classes, files: plain.files)
    }
}
