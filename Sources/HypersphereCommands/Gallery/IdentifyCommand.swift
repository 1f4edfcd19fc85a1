import ArgumentParser
import Evaluation
import Files
import Training

/// `hypersphere identify`.
struct IdentifyCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "identify",
        abstract: "Name images by the nearest of a gallery, or call them unknown.",
        usage: "hypersphere identify MODEL GALLERY IMAGE ... [options]",
        discussion: """
            The gallery tells classes: a folder of classes, a CSV file, a known set, or
            saved embeddings with their classes. The threshold is the one that
            `hypersphere calibrate` saved in the model, or --threshold. Status 1: an image
            cannot be used; the others are named.

            Example:
              hypersphere identify runs/birds-1 birds/train garden/1.jpg garden/2.jpg
            """)

    @OptionGroup var input: GalleryOptions

    // A cosine may be negative, and looks like an option then.
    @Option(
        parsing: .unconditional,
        help: "The score above which an image is named, or below which by euclidean; not the calibrated one.")
    var threshold: Double?

    @Option(
        help: "What is close, with --threshold: cosine, euclidean or dot; cosine when left out.",
        transform: choice(of: "--metric"))
    var metric: EmbeddingMetric?

    @Flag(help: "Print the answers as CSV: file,name,score.")
    var csv = false

    @OptionGroup var output: OutputOptions

    func validate() throws {
        if metric != nil && threshold == nil { throw ValidationError("--metric expects --threshold beside it") }
        if let threshold, !threshold.isFinite {
            throw ValidationError("--threshold expects a number, got \(threshold)")
        }
        if csv && output.json { throw ValidationError("--csv and --json exclude each other") }
    }

    func run() throws {
        let bundle = try input.bundle()
        let model = input.model
        let calibration = threshold == nil ? try ModelBundle.calibration(of: model) : nil
        guard let limit = threshold ?? calibration?.acceptance.threshold else {
            throw UserFacingError(
                model, field: "calibration", problem: "the model has none, so that nothing tells who is unknown",
                remedy: "run `hypersphere calibrate \(model) VALIDATION-DATA`, or give --threshold")
        }
        let metric = metric ?? calibration?.metric ?? .cosine
        let gallery = try input.table(by: bundle, needsClasses: true, quiet: output.quiet).table
        let classes = try gallery.knownClasses()
        let queries = try input.queries(by: bundle, quiet: output.quiet)
        let result = try IdentificationResult(
            queries, gallery: gallery, galleryClasses: classes,
            protocol: IdentificationResult.Facts(
                model: model, gallery: gallery.name, galleryCount: gallery.count, classCount: Set(classes).count,
                metric: metric, threshold: limit, calibration: calibration))
        if output.json {
            try Console.print(json: result)
        } else if csv {
            result.printCSV()
        } else if !result.images.isEmpty {
            result.show()
        }
        try queries.reportBroken()
    }
}
