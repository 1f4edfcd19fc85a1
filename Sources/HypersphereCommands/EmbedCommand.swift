import ArgumentParser
import Datasets
import Files
import Foundation
import Terminal
import Torch
import Training

/// `hypersphere embed`.
struct EmbedCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "embed",
        abstract: "Embed images with a trained model.",
        usage: "hypersphere embed MODEL IMAGES -o FILE [options]",
        discussion: """
            Example:
              hypersphere embed runs/mnist-center-1 images.idx.gz -o features.npy
            """)

    @Argument(help: "A run's folder, or its model.safetensors.")
    var model: String

    @Argument(help: "Images: an IDX file, plain or gzip.")
    var images: String

    @Option(name: .shortAndLong, help: "The file to write: .npy, .safetensors or .csv.")
    var output: String

    @Option(help: "How many images go through the network at once.")
    var batch = 256

    @Option(
        help: "The precision of products, fp32 or bf16; that of the training when left out.", transform: Self.precision)
    var precision: Precision?

    @OptionGroup var options: DeviceOptions

    @Flag(help: "Show no progress.")
    var quiet = false

    func validate() throws {
        if batch < 1 { throw ValidationError("--batch expects a number above 0, got \(batch)") }
        _ = try format()
    }

    func run() throws {
        let (device, _) = try options.choose()
        let bundle = try ModelBundle(path: model, device: device)
        let images = try ImageDataset(unlabelled: IDXFile(contentsOf: images), path: images)
        let bar = quiet ? nil : ProgressBar(label: "embedding", total: images.count)
        defer { bar?.finish() }
        let embeddings = try bundle.embed(.memory(images), batch: batch, precision: precision) { bar?.update(done: $0) }
        switch try format() {
        case .npy: try NPYFile.write(embeddings, to: output)
        case .safetensors: try SafetensorsFile.write(["embeddings": embeddings], to: output)
        case .csv: try writeCSV(embeddings)
        }
        bar?.finish()
        Console.print("\(output): \(formatCount(images.count)) embeddings of \(bundle.embedding) numbers")
    }

    private static func precision(_ text: String) throws -> Precision {
        guard let precision = Precision(rawValue: text) else {
            throw ValidationError("--precision expects fp32 or bf16, got \(text)")
        }
        return precision
    }

    private enum Format: String, CaseIterable {
        case npy, safetensors, csv
    }

    private func format() throws -> Format {
        let ending = URL(fileURLWithPath: output).pathExtension.lowercased()
        guard let format = Format(rawValue: ending) else {
            throw ValidationError("--output expects a file that ends in .npy, .safetensors or .csv, got \(output)")
        }
        return format
    }

    private func writeCSV(_ embeddings: Tensor) throws {
        let width = embeddings.size(1)
        try AtomicFile.write(to: output) { file in
            let names = (0..<width).map { "x\($0)" }
            try file.write(Data("\((["index"] + names).joined(separator: ","))\n".utf8))
            let values = embeddings.array(of: Float.self)
            for row in 0..<embeddings.size(0) {
                let numbers = values[row * width..<(row + 1) * width].map { "\($0)" }
                try file.write(Data("\((["\(row)"] + numbers).joined(separator: ","))\n".utf8))
            }
        }
    }
}

extension ImageDataset {
    /// The images of an IDX file of bytes `[N, H, W]` or `[N, H, W, C]`, all with the label 0.
    ///
    /// - Throws: `UserFacingError` when the file holds something else.
    init(unlabelled file: IDXFile, path: String) throws {
        guard case .bytes(let pixels) = file.elements, file.shape.count == 3 || file.shape.count == 4 else {
            throw UserFacingError(
                path, field: "shape", problem: "is \(file.shape), expected bytes [N, H, W] or [N, H, W, C]",
                remedy: "name a file of images")
        }
        try self.init(
            name: path, channels: file.shape.count == 4 ? file.shape[3] : 1, height: file.shape[1],
            width: file.shape[2], pixels: pixels, labels: [Int64](repeating: 0, count: file.shape[0]),
            classNames: ["none"])
    }
}
