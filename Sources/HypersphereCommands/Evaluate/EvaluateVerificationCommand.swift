import ArgumentParser
import Datasets
import Evaluation
import Files
import Terminal
import Training
import Weights

/// `hypersphere evaluate verification`.
struct EvaluateVerificationCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "verification",
        abstract: "Measure how well pairs of one class are told from pairs of two.",
        usage: """
            hypersphere evaluate verification MODEL [DATA]
            hypersphere evaluate verification MODEL --pairs FILE [--images DIR]
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
              hypersphere evaluate verification runs/faces-1 --pairs lfw.bin --flip
              hypersphere evaluate verification --embeddings x.npy --labels y.npy
            """)

    @OptionGroup var input: EmbeddingOptions

    @Option(
        help: "A list of pairs, as pairs.txt of Labeled Faces in the Wild, or a verification set of insightface, .bin.")
    var pairs: String?

    @Option(help: "How many folds a .bin file has, one after the other (default: 10).")
    var folds: Int?

    @Option(name: .customLong("images"), help: "The folder of the list's images.")
    var folder: String?

    @Option(
        help: "The folds of the list that count, with commas between; all when left out.", transform: Self.foldNumbers)
    var onlyFolds: Set<Int>?

    @Flag(help: "Add the embeddings of the images flipped from left to right, and print both.")
    var flip = false

    @Option(
        name: .customLong("far"),
        help: "The false accept rates to measure at, with commas between. (default: 0.1,0.01,0.001,0.0001)",
        transform: falseAcceptRates)
    var targets = [0.1, 0.01, 0.001, 0.0001]

    @Option(
        help:
            "Among which thresholds a fold chooses: published (0, 0.01, ..., 3.99) or observed ones. (default: published)",
        transform: choice(of: "--thresholds"))
    var thresholds: ThresholdCandidates?

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
        if let folds, folds < 1 { throw ValidationError("--folds expects a number above 0, got \(folds)") }
        if resamples < 0 { throw ValidationError("--resamples expects 0 or more, got \(resamples)") }
        guard pairs != nil else {
            if resamples > 0 { throw ValidationError("--resamples expects --pairs beside it") }
            if thresholds != nil { throw ValidationError("--thresholds expects --pairs beside it") }
            if folds != nil { throw ValidationError("--folds expects --pairs beside it") }
            if onlyFolds != nil { throw ValidationError("--only-folds expects --pairs beside it") }
            return
        }
        if input.images != nil || input.labels != nil {
            throw ValidationError("--pairs tells images and classes: leave DATA and --labels out")
        }
        if onlyFolds != nil && pairs.map(Self.isPickle) != false {
            throw ValidationError("--only-folds expects --pairs with a list that tells its folds")
        }
        if let pairs, Self.isPickle(pairs) {
            guard input.model != nil, folder == nil, resamples == 0 else {
                throw ValidationError(
                    "--pairs \(pairs) holds its images and no names: give a model, and leave --images and --resamples out"
                )
            }
        } else if (input.model == nil) != (folder == nil) {
            throw ValidationError("--pairs expects a model with --images, or --embeddings without")
        } else if folds != nil {
            throw ValidationError("--folds is for --pairs that end in .bin; other lists tell their folds")
        }
    }

    func run() throws {
        let result = try pairs.map { try ofPairs($0) } ?? ofAllPairs()
        try output.tell(result, page: page) { result.figures }
    }

    private func ofPairs(_ path: String) throws -> VerificationResult {
        guard let model = input.model else { return try ofSaved(path) }
        let set =
            Self.isPickle(path)
            ? try VerificationSet(pickle: path, folds: folds ?? VerificationSet.usualFolds)
            : try VerificationSet(list: path, images: folder, keeping: onlyFolds)
        let (plain, averaged) = try embedded(set.images, by: model, named: set.images.name)
        return try measured(
            set.pairs, of: plain, averaged, images: set.images.count, path: path, folds: set.folds,
            identities: set.identities)
    }

    private func ofSaved(_ path: String) throws -> VerificationResult {
        let list = try PairsFile(path).keeping(only: onlyFolds, of: path)
        let table = try input.saved()
        let rows = try list.rows(of: table, path: path)
        let pairs = VerificationPairs(
            first: list.pairs.first.map { rows[$0] }, second: list.pairs.second.map { rows[$0] },
            isSame: list.pairs.isSame)
        return try measured(
            pairs, of: table, nil, images: list.images.count, path: path, folds: list.folds,
            identities: VerificationSet.identities(of: list))
    }

    /// The embeddings of images and, where they are asked for, those averaged with the flipped images'.
    private func embedded(
        _ set: ImageSet, by model: String, named name: String
    ) throws -> (plain: EmbeddingTable, averaged: EmbeddingTable?) {
        let bundle = try input.modelOptions.model(model)
        let plain = try input.modelOptions.table(of: set, by: bundle, named: name, quiet: output.quiet)
        guard flip else { return (plain, nil) }
        try checkFlip(of: bundle, model)
        let mirrored = try input.modelOptions.table(
            of: set, by: bundle, named: name, mirrored: true, quiet: output.quiet)
        return (plain, try averaged(plain, mirrored))
    }

    private func measured(
        _ pairs: VerificationPairs, of plain: EmbeddingTable, _ averaged: EmbeddingTable?, images: Int, path: String,
        folds: Int, identities: (first: [Int64], second: [Int64])
    ) throws -> VerificationResult {
        try plain.checkDirections()
        let candidates = thresholds ?? .published
        let bootstrap = resamples > 0 ? Bootstrap(resamples: resamples, seed: seed) : nil
        func measures(_ table: EmbeddingTable) throws -> VerificationMeasures {
            try VerificationMeasures(
                pairs, of: table.embeddings, folds: folds, candidates: candidates, targets: targets, bootstrap,
                identities)
        }
        let facts = VerificationResult.Facts(
            embeddings: plain.name, pairs: path, images: images, positives: pairs.isSame.count { $0 },
            negatives: pairs.isSame.count { !$0 }, folds: folds, onlyFolds: onlyFolds?.sorted(),
            thresholds: folds > 1 ? candidates : nil, resamples: resamples, seed: seed)
        return VerificationResult(protocol: facts, plain: try measures(plain), withFlip: try averaged.map(measures))
    }

    private static func foldNumbers(_ text: String) throws -> Set<Int> {
        Set(
            try text.split(separator: ",", omittingEmptySubsequences: false).map { part in
                guard let number = Int(part), number > 0 else {
                    throw ValidationError("--only-folds expects numbers above 0 with commas between, got \(text)")
                }
                return number
            })
    }

    private static func isPickle(_ path: String) -> Bool { VerificationSet.isPickle(path) }

    private func ofAllPairs() throws -> VerificationResult {
        if flip, let model = input.model { try checkFlip(of: input.modelOptions.model(model), model) }
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

    /// A model that embeds each image with its mirror image has nothing to add.
    private func checkFlip(of bundle: ModelBundle, _ model: String) throws {
        guard bundle.recipe.data.mirror else { return }
        throw UserFacingError(
            model, field: "--flip", problem: "the model embeds every image together with its mirror image already",
            remedy: "leave --flip out")
    }

    private func averaged(_ plain: EmbeddingTable, _ mirrored: EmbeddingTable) throws -> EmbeddingTable {
        try EmbeddingTable(
            name: plain.name, embeddings: plain.embeddings.flipAveraged(with: mirrored.embeddings),
            classes: plain.classes, files: plain.files)
    }
}
