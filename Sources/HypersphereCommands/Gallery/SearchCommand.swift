import ArgumentParser
import Evaluation

/// `hypersphere search`.
struct SearchCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "search",
        abstract: "Find the images of a gallery that are most like given ones.",
        usage: "hypersphere search MODEL GALLERY IMAGE ... [options]",
        discussion: """
            The gallery is whatever `hypersphere embed` takes, with classes or without, a
            known set, or embeddings that it saved; one that is searched often is embedded
            once. An image that lies in the gallery finds itself. Status 1: an image
            cannot be used; the others are searched for.

            Examples:
              hypersphere search runs/shoes-1 catalogue photo.jpg --page found.html
              hypersphere embed runs/shoes-1 catalogue -o catalogue.safetensors
              hypersphere search runs/shoes-1 catalogue.safetensors photo.jpg --csv
            """)

    @OptionGroup var input: GalleryOptions

    @Option(name: [.customShort("k"), .long], help: "How many to find for each image.")
    var nearest = 5

    @Option(help: "What is close: cosine, euclidean or dot. (default: cosine)", transform: choice(of: "--metric"))
    var metric = EmbeddingMetric.cosine

    @Option(help: "A page to write that shows the images and what was found.")
    var page: String?

    @Option(help: "The folder of the files of saved embeddings, whose images the page shows.")
    var galleryImages: String?

    @Flag(help: "Print what was found as CSV: file,rank,nearest,class,score.")
    var csv = false

    @OptionGroup var output: OutputOptions

    func validate() throws {
        if nearest < 1 { throw ValidationError("--nearest expects a number above 0, got \(nearest)") }
        if csv && output.json { throw ValidationError("--csv and --json exclude each other") }
        if galleryImages != nil && page == nil {
            throw ValidationError("--gallery-images expects --page beside it")
        }
    }

    func run() throws {
        let bundle = try input.bundle()
        let gallery = try input.table(by: bundle, needsClasses: false, quiet: output.quiet)
        let pictures = try page.map { _ in try GalleryPictures(of: gallery, folder: galleryImages) }
        let queries = try input.queries(by: bundle, quiet: output.quiet)
        let result = try SearchResult(
            queries, gallery: gallery.table, model: input.model, count: nearest, metric: metric)
        if csv { result.printCSV() } else { try output.print(result) }
        if let page, let pictures, !result.images.isEmpty {
            try output.write(result, to: page, isAnnounced: !csv) { try [result.sheet(pictures)] }
        }
        try queries.reportBroken()
    }
}
