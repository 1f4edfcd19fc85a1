import ArgumentParser
import Evaluation
import Files
import Training

/// Which embeddings are judged: those of a model, or saved ones.
struct EmbeddingOptions: ParsableArguments {
    @Argument(help: "A run's folder, or its model.safetensors; none with --embeddings.")
    var model: String?

    @Argument(
        help: ArgumentHelp(
            "Images: a folder of classes, a CSV file or a known set; what the model measured itself on when left out.",
            valueName: "data"))
    var images: String?

    @Option(help: "Saved embeddings: .npy, .safetensors or .csv.")
    var embeddings: String?

    @Option(help: "Their classes: .npy, .safetensors, a .csv with a column label, or one a line.")
    var labels: String?

    @OptionGroup var modelOptions: ModelOptions

    func validate() throws {
        guard (model == nil) != (embeddings == nil) else {
            throw ValidationError("expected a model, or saved embeddings by --embeddings")
        }
        if labels != nil && embeddings == nil { throw ValidationError("--labels expects --embeddings beside it") }
    }

    /// The embeddings with their classes, of which there are at least two, those of a `gallery` included.
    func table(mirrored: Bool = false, gallery: EmbeddingTable? = nil, quiet: Bool) throws -> EmbeddingTable {
        let table: EmbeddingTable
        if let model {
            let bundle = try modelOptions.model(model)
            table = try modelOptions.table(
                of: imageSet(for: bundle, at: model), by: bundle, mirrored: mirrored, quiet: quiet)
        } else {
            table = try saved()
        }
        let classes = try table.knownClasses()
        guard try Set(classes + (gallery?.knownClasses() ?? [])).count > 1 else {
            throw UserFacingError(
                table.classSource ?? table.name, field: "classes",
                problem: "all \(classes.count) rows are of \(classes[0])", remedy: "give at least two classes")
        }
        return table
    }

    /// The images of a model's embeddings; nil for saved ones.
    func imageSet() throws -> ImageSet? {
        try model.map { try imageSet(for: modelOptions.model($0), at: $0) }
    }

    private func imageSet(for bundle: ModelBundle, at path: String) throws -> ImageSet {
        if let images { return try modelOptions.images(images, .test) }
        let data = modelOptions.data ?? RunFolder(ofModel: path).dataPath
        return try RecipeArgument.load(bundle.recipe, from: data, download: false, quiet: true).test
    }

    /// The embeddings that the file named by --embeddings holds.
    func saved() throws -> EmbeddingTable {
        _ = try modelOptions.options.choose()
        return try EmbeddingTable(saved: embeddings ?? "", labels: labels)
    }
}
