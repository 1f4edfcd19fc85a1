import ArgumentParser
import Datasets
import Evaluation
import Files
import Foundation
import Images
import Terminal
import Torch
import Training

/// `hypersphere identify`.
struct IdentifyCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "identify",
        abstract: "Name images by the nearest of a gallery, or call them unknown.",
        usage: "hypersphere identify MODEL GALLERY IMAGE ... [options]",
        discussion: """
            The threshold is the one that `hypersphere calibrate` saved in the model, or
            --threshold. Status 1: an image cannot be used; the others are named.

            Example:
              hypersphere identify runs/birds-1 birds/train garden/1.jpg garden/2.jpg
            """)

    @Argument(help: "A run's folder, or its model.safetensors.")
    var model: String

    @Argument(help: "Known images: a folder of classes, a CSV file, a known set, or saved embeddings with classes.")
    var gallery: String

    @Argument(help: ArgumentHelp("Images to name: files, or folders of them.", valueName: "image"))
    var images: [String]

    // A cosine may be negative, and looks like an option then.
    @Option(
        parsing: .unconditional, help: "The score from which on an image is named, instead of the calibrated one.")
    var threshold: Double?

    @Option(
        help: "What is close, with --threshold: cosine, euclidean or dot; cosine when left out.",
        transform: choice(of: "--metric"))
    var metric: EmbeddingMetric?

    @Option(help: "The classes of a gallery of saved embeddings that does not tell them.")
    var labels: String?

    @OptionGroup var modelOptions: ModelOptions

    @Flag(help: "Print the answers as CSV: file,name,score.")
    var csv = false

    @OptionGroup var output: OutputOptions

    func validate() throws {
        if metric != nil && threshold == nil { throw ValidationError("--metric expects --threshold beside it") }
        if let threshold, !threshold.isFinite {
            throw ValidationError("--threshold expects a number, got \(threshold)")
        }
        if labels != nil && !isSaved { throw ValidationError("--labels expects a gallery of saved embeddings") }
        if csv && output.json { throw ValidationError("--csv and --json exclude each other") }
    }

    func run() throws {
        let bundle = try modelOptions.model(model)
        let calibration = threshold == nil ? try ModelBundle.calibration(of: model) : nil
        guard let limit = threshold ?? calibration?.acceptance.threshold else {
            throw UserFacingError(
                model, field: "calibration", problem: "the model has none, so that nothing tells who is unknown",
                remedy: "run `hypersphere calibrate \(model) VALIDATION-DATA`, or give --threshold")
        }
        let metric = metric ?? calibration?.metric ?? .cosine
        let set = try imageSet()
        let gallery = try galleryTable(bundle)
        let found = try embed(set, by: bundle)
        let result = try IdentificationResult(
            found, set, gallery: gallery, galleryClasses: gallery.knownClasses(),
            protocol: IdentificationResult.Facts(
                model: model, gallery: gallery.name, galleryCount: gallery.count,
                classCount: Set(gallery.knownClasses()).count, metric: metric, threshold: limit,
                calibration: calibration))
        if output.json {
            try Console.print(json: result)
        } else if csv {
            result.printCSV()
        } else if found.broken.count < set.count {
            result.show()
        }
        for broken in found.broken { Console.fail(broken.reason) }
        if !found.broken.isEmpty { throw ExitCode.failure }
    }

    private func imageSet() throws -> ImageFileDataset {
        let paths = try images.flatMap { path in
            var isFolder: ObjCBool = false
            let isThere = FileManager.default.fileExists(atPath: path, isDirectory: &isFolder)
            return isThere && isFolder.boolValue ? try ImageFolder(path).images() : [path]
        }
        guard !paths.isEmpty else {
            throw UserFacingError(
                images.joined(separator: " "), problem: "holds no image",
                remedy: "name files that end in \(ImageFolder.endings.sorted().joined(separator: ", "))")
        }
        return ImageFileDataset(
            name: "images", samples: paths.map { ImageSample(path: $0, label: 0) }, classNames: ["any"], root: ".")
    }

    private func galleryTable(_ bundle: ModelBundle) throws -> EmbeddingTable {
        let table =
            try savedGallery()
            ?? modelOptions.table(
                of: modelOptions.images(gallery, .train), by: bundle, named: gallery, quiet: output.quiet)
        guard table.embeddings.size(1) == bundle.embedding else {
            throw UserFacingError(
                gallery, field: "width", problem: "is \(table.embeddings.size(1)), the model's \(bundle.embedding)",
                remedy: "embed the gallery with this model")
        }
        return table
    }

    /// Whether the gallery can be a file of saved embeddings.
    private var isSaved: Bool {
        ["npy", "safetensors", "csv"].contains(URL(fileURLWithPath: gallery).pathExtension.lowercased())
    }

    /// Saved embeddings; nil when the gallery is of images, as in a CSV file with the column path.
    private func savedGallery() throws -> EmbeddingTable? {
        guard isSaved else { return nil }
        if gallery.lowercased().hasSuffix(".csv"),
            try CSVTable(InputFile.map(gallery), path: gallery).rows.first?.fields.contains("path") == true
        {
            guard labels == nil else {
                throw UserFacingError(
                    gallery, field: "--labels", problem: "the list of images tells its classes itself",
                    remedy: "leave --labels out")
            }
            return nil
        }
        return try EmbeddingTable(saved: gallery, labels: labels)
    }

    private func embed(_ set: ImageFileDataset, by bundle: ModelBundle) throws -> IdentificationResult.Embedded {
        let bar = output.quiet ? nil : ProgressBar(label: "embedding", total: set.count)
        defer { bar?.finish() }
        var found = IdentificationResult.Embedded(embeddings: .zeros([0, bundle.embedding]), indices: [], broken: [])
        var parts: [Tensor] = []
        try bundle.embed(.files(set), batch: modelOptions.batch, broken: .skip) { embeddings, indices, broken in
            parts.append(embeddings)
            found.indices += indices
            found.broken += broken
            bar?.update(done: found.indices.count + found.broken.count)
        }
        found.embeddings = .concatenated(parts)
        return found
    }
}
