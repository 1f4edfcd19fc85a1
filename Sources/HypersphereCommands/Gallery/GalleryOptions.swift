import ArgumentParser
import Datasets
import Evaluation
import Files
import Foundation
import Images
import Terminal
import Torch
import Training

/// A model, a gallery that it searches, and the images that it searches for.
struct GalleryOptions: ParsableArguments {
    @Argument(help: "A run's folder, or its model.safetensors.")
    var model: String

    @Argument(
        help: "What is searched: a folder of images, a CSV file, a known set, or saved embeddings.")
    var gallery: String

    @Argument(help: ArgumentHelp("Images to search for: files, or folders of them.", valueName: "image"))
    var images: [String]

    @Option(help: "The classes of a gallery of saved embeddings that does not tell them.")
    var labels: String?

    @OptionGroup var modelOptions: ModelOptions

    func validate() throws {
        if labels != nil && !isSaved { throw ValidationError("--labels expects a gallery of saved embeddings") }
    }

    /// Reads the model.
    func bundle() throws -> ModelBundle { try modelOptions.model(model) }

    /// The gallery's embeddings, and its images where they are not saved embeddings.
    ///
    /// - Parameters:
    ///   - bundle: the model.
    ///   - needsClasses: whether the class of each image must be known; of a folder with two parts the first is taken then, and
    ///     both otherwise.
    ///   - quiet: whether no progress is shown.
    /// - Throws: `UserFacingError` when the gallery or one of its images cannot be used.
    func table(by bundle: ModelBundle, needsClasses: Bool, quiet: Bool) throws -> Gallery {
        guard try isSaved && !isListOfImages() else {
            let (images, isLabelled) = try galleryImages(needsClasses: needsClasses)
            let table = try modelOptions.table(
                of: images, isLabelled: isLabelled, by: bundle, named: gallery, quiet: quiet)
            return Gallery(table: table, images: images)
        }
        let table = try EmbeddingTable(saved: gallery, labels: labels)
        guard table.embeddings.size(1) == bundle.embedding else {
            throw UserFacingError(
                gallery, field: "width", problem: "is \(table.embeddings.size(1)), the model's \(bundle.embedding)",
                remedy: "embed the gallery with this model")
        }
        return Gallery(table: table, images: nil)
    }

    /// The images to search for, with their embeddings; those that cannot be used are told apart.
    func queries(by bundle: ModelBundle, quiet: Bool) throws -> GalleryQueries {
        let set = try queryImages()
        let bar = quiet ? nil : ProgressBar(label: "embedding", total: set.count)
        defer { bar?.finish() }
        let found = try bundle.embedded(.files(set), batch: modelOptions.batch, broken: .skip) { bar?.update(done: $0) }
        return GalleryQueries(
            embeddings: found.embeddings, samples: found.indices.map { set.samples[$0] }, broken: found.broken)
    }

    private func galleryImages(needsClasses: Bool) throws -> (ImageSet, isLabelled: Bool) {
        if needsClasses || KnownDataset.named(gallery) != nil {
            return (try modelOptions.images(gallery, .train), true)
        }
        let input = try ImageInput([gallery])
        return (input.images, input.isLabelled)
    }

    private func queryImages() throws -> ImageFileDataset {
        let paths = try images.flatMap { path in
            var isFolder: ObjCBool = false
            let isThere = FileManager.default.fileExists(atPath: path, isDirectory: &isFolder)
            return isThere && isFolder.boolValue ? try ImageFolder(path).images() : [path]
        }
        return ImageFileDataset(
            name: "images", samples: paths.map { ImageSample(path: $0, label: 0) }, classNames: ["any"], root: ".")
    }

    /// Whether the gallery can be a file of saved embeddings.
    private var isSaved: Bool {
        ["npy", "safetensors", "csv"].contains(URL(fileURLWithPath: gallery).pathExtension.lowercased())
    }

    /// Whether a file that may hold embeddings is a CSV file with the column path.
    private func isListOfImages() throws -> Bool {
        guard gallery.lowercased().hasSuffix(".csv"),
            try CSVTable(InputFile.map(gallery), path: gallery).rows.first?.fields.contains("path") == true
        else { return false }
        guard labels == nil else {
            throw UserFacingError(
                gallery, field: "--labels", problem: "the list of images tells its classes itself",
                remedy: "leave --labels out")
        }
        return true
    }
}
