import ArgumentParser
import Foundation
import Images
import Terminal
import Torch
import Training

/// `hypersphere embed`.
struct EmbedCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "embed",
        abstract: "Embed images with a trained model.",
        usage: "hypersphere embed MODEL IMAGES ... -o FILE [options]",
        discussion: """
            Images are a folder, with or without a folder for each class; a CSV file with
            the columns path and label; a RecordIO file; a pack; image files; or an IDX
            file. Their number is not limited by memory.

            What is written, by the ending of FILE:
              .npy          [N, D] float32; files and classes in NAME.files.csv beside it
              .safetensors  embeddings [N, D], labels [N] where known, names as metadata
              .csv          a row for each image: file, label, group, x0, x1, ...

            Examples:
              hypersphere embed runs/photographs-1 photographs -o embeddings.safetensors
              hypersphere embed runs/mnist-center-1 images.idx.gz -o embeddings.npy
            """)

    @Argument(help: "A run's folder, or its model.safetensors.")
    var model: String

    @Argument(help: "A folder, a CSV file, image files, or an IDX file, plain or gzip.")
    var images: [String]

    @Option(name: .shortAndLong, help: "The file to write: .npy, .safetensors or .csv.")
    var output: String

    @Option(help: "How many images go through the network at once.")
    var batch = 256

    @Option(
        help: "The precision of products, fp32 or bf16; that of the training when left out.", transform: Self.precision)
    var precision: Precision?

    @Option(
        help: "What to do about a file that cannot be used: stop, or skip it and say so. (default: stop)",
        transform: Self.policy)
    var broken = BrokenImage.Policy.stop

    @OptionGroup var options: DeviceOptions

    @Flag(help: "Show no progress.")
    var quiet = false

    func validate() throws {
        if images.isEmpty { throw ValidationError("name images, a folder of them, a CSV list, or an IDX file") }
        if batch < 1 { throw ValidationError("--batch expects a number above 0, got \(batch)") }
        _ = try format()
    }

    func run() throws {
        let (device, _) = try options.choose()
        let bundle = try ModelBundle(path: model, device: device)
        let input = try ImageInput(images)
        let bar = quiet ? nil : ProgressBar(label: "embedding", total: input.images.count)
        defer { bar?.finish() }
        let file = EmbeddingsFile(of: input, format: try format(), path: output, width: bundle.embedding)
        var brokenFiles: [BrokenImage] = []
        let count = try file.write { append in
            var done = 0
            try bundle.embed(input.images, batch: batch, precision: precision, broken: broken) {
                embeddings, indices, broken in
                try append(embeddings, indices)
                brokenFiles += broken
                done += indices.count + broken.count
                bar?.update(done: done)
            }
        }
        bar?.finish()
        for image in brokenFiles { Console.note("skipped: \(image.reason)") }
        Console.print(
            "\(output): \(Console.counted(count, "embedding")) of \(Console.counted(bundle.embedding, "number"))")
    }

    private static func precision(_ text: String) throws -> Precision {
        guard let precision = Precision(rawValue: text) else {
            throw ValidationError("--precision expects fp32 or bf16, got \(text)")
        }
        return precision
    }

    private static func policy(_ text: String) throws -> BrokenImage.Policy {
        guard let policy = BrokenImage.Policy(rawValue: text) else {
            throw ValidationError("--broken expects stop or skip, got \(text)")
        }
        return policy
    }

    private func format() throws -> EmbeddingsFile.Format {
        let ending = URL(fileURLWithPath: output).pathExtension.lowercased()
        guard let format = EmbeddingsFile.Format(rawValue: ending) else {
            throw ValidationError("--output expects a file that ends in .npy, .safetensors or .csv, got \(output)")
        }
        return format
    }
}
