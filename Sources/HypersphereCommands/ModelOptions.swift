import ArgumentParser
import Datasets
import Evaluation
import Files
import Foundation
import Images
import Terminal
import Torch
import Training

/// How a model embeds images.
struct ModelOptions: ParsableArguments {
    @Option(
        help: """
            Where known data sets lie; the set itself for a recipe's own folder or list. When left out, \
            \(RecipeArgument.defaultData), or where the model's run had them.
            """)
    var data: String?

    @Option(help: "How many images go through the network at once.")
    var batch = 256

    @OptionGroup var options: DeviceOptions

    func validate() throws {
        if batch < 1 { throw ValidationError("--batch expects a number above 0, got \(batch)") }
    }

    /// Reads the model at `path`.
    func model(_ path: String) throws -> ModelBundle {
        try ModelBundle(path: path, device: options.choose().device)
    }

    /// Which part of a set is meant, where it has two.
    enum Part {
        case train, test
    }

    /// The images that a word names: a folder of classes, a CSV file, a RecordIO file, or a known set.
    func images(_ word: String, _ part: Part) throws -> ImageSet {
        if let known = KnownDataset.named(word) {
            let splits = try known.load(from: data ?? RecipeArgument.defaultData)
            return .memory(part == .train ? splits.train : splits.test)
        }
        guard FileManager.default.fileExists(atPath: word) else {
            throw UserFacingError(
                word, problem: "is neither a folder, a CSV file, a RecordIO file nor a known set",
                remedy: "check the path, or see what `hypersphere data list` knows")
        }
        let splits = try ImageCollection(of: word).load(word)
        return .files(part == .train ? splits.train : splits.test ?? splits.train)
    }

    /// The embeddings of images, of which each must be usable, with their classes unless those mean nothing.
    func table(
        of images: ImageSet, isLabelled: Bool = true, by model: ModelBundle, named name: String? = nil,
        mirrored: Bool = false,
        quiet: Bool
    ) throws -> EmbeddingTable {
        let bar = quiet ? nil : ProgressBar(label: mirrored ? "embedding mirrored" : "embedding", total: images.count)
        defer { bar?.finish() }
        let embedded = try model.embedded(images, batch: batch, mirrored: mirrored) { bar?.update(done: $0) }
        var files: [String]?
        if case .files(let set) = images { files = set.samples.map(\.name) }
        return try EmbeddingTable(
            name: name ?? images.name, embeddings: embedded.embeddings,
            classes: isLabelled ? images.labels.map { images.classNames[Int($0)] } : nil, files: files,
            groups: images.groups)
    }
}
