import ArgumentParser
import Evaluation
import Files
import Foundation
import Projection
import Terminal
import Torch

/// `hypersphere project`.
struct ProjectCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "project",
        abstract: "Lay embeddings out in the plane: PCA, t-SNE or UMAP.",
        usage: "hypersphere project FILE --method pca|tsne|umap -o FILE [options]",
        discussion: """
            FILE holds an embedding a row: .npy, .safetensors with the tensor
            embeddings and, where wanted, labels, or .csv with the columns x0, x1
            and so on and, where wanted, file and label.

            Trustworthiness is how far neighbours in the plane are neighbours among
            the embeddings, continuity the reverse; 1 is best.

            Examples:
              hypersphere project features.npy --method tsne -o map.png
              hypersphere project birds.safetensors --method umap -o map.html --images birds
            """)

    @Argument(help: "The embeddings.")
    var file: String

    @Option(help: "pca, tsne or umap.")
    var method: ProjectionMethod

    @Option(
        name: .shortAndLong,
        help: "The file to write: .csv, .npy, the picture .png, .svg or .pdf, or a page to move about in, .html.")
    var output: String

    @Option(help: "The folder of the embeddings' files, whose images the page shows.")
    var images: String?

    @Option(help: "Labels: .npy, IDX, or text with one a line.")
    var labels: String?

    @Option(help: "What chance is drawn from.")
    var seed: UInt64 = 0

    @Option(help: "t-SNE: how many neighbours an embedding has, softly counted (default: 30).")
    var perplexity: Double?

    @Option(help: "UMAP: how many neighbours an embedding has (default: 15).")
    var neighbours: Int?

    @Option(help: "t-SNE and UMAP: how often points are moved (default: 750; 500, fewer above 10,000).")
    var iterations: Int?

    @Option(help: "Threads on the processor; all cores when left out.")
    var threads: Int?

    @Flag(help: "Print what was done as JSON.")
    var json = false

    @Flag(help: "Show no progress.")
    var quiet = false

    /// Above this number of embeddings, measures are means over a sample of them.
    private static let mostMeasured = 20_000
    private static let sampleSize = 5000

    func validate() throws {
        func refuse<Value>(_ name: String, _ value: Value?, for other: ProjectionMethod...) throws {
            guard value != nil, !other.contains(method) else { return }
            throw ValidationError(
                "--\(name) is for \(other.map(\.rawValue).joined(separator: " and ")), not \(method.rawValue)")
        }
        try refuse("perplexity", perplexity, for: .tsne)
        try refuse("neighbours", neighbours, for: .umap)
        try refuse("iterations", iterations, for: .tsne, .umap)
        if let perplexity, !(perplexity >= 1 && perplexity.isFinite) {
            throw ValidationError("--perplexity expects a number from 1, got \(perplexity)")
        }
        if let neighbours, neighbours < 2 { throw ValidationError("--neighbours expects 2 or more, got \(neighbours)") }
        if let iterations, !(1...1_000_000).contains(iterations) {
            throw ValidationError("--iterations expects a number from 1 to 1000000, got \(iterations)")
        }
        try DeviceOptions.check(threads: threads)
        let format = try ProjectionOutput.Format(output)
        if images != nil && format != .page {
            throw ValidationError("--images expects an --output that ends in .html, got \(output)")
        }
    }

    func run() throws {
        if let threads { Engine.threadCount = threads }
        let table = try EmbeddingTable(saved: file, labels: labels)
        let embeddings = table.embeddings
        if images != nil && table.files == nil {
            throw UserFacingError(
                file, field: "files", problem: "does not name them, so that no image can be shown",
                remedy: "make it with `hypersphere embed`, or leave --images out")
        }
        // Before the work, which may take minutes.
        let folder = URL(fileURLWithPath: output).deletingLastPathComponent().path
        guard access(folder, W_OK) == 0 else { throw UserFacingError(writing: output, code: errno) }
        let thumbnails = try images.map { try ProjectionOutput.thumbnails(of: table, in: $0, quiet: quiet) }
        let begin = ContinuousClock.now
        let (points, settings) = try project(embeddings)
        let seconds = begin.duration(to: .now) / .seconds(1)
        if let used = settings.perplexity, used < wantedPerplexity {
            Console.note(
                "note: \(Console.counted(embeddings.size(0), "embedding")) are too few for a perplexity of "
                    + "\(ProjectionFacts.text(wantedPerplexity)); \(ProjectionFacts.text(used)) is used")
        }
        let facts = ProjectionFacts(
            file: file, output: output, count: embeddings.size(0), dimension: embeddings.size(1), settings: settings,
            preservation: try preservation(of: points, embeddings), seconds: seconds)
        try ProjectionOutput(points: points, table: table, facts: facts, thumbnails: thumbnails).write(to: output)
        if json { try Console.print(json: facts) } else { facts.lines.forEach(Console.print) }
    }

    private var wantedPerplexity: Double { perplexity ?? 30 }

    private func project(_ embeddings: Tensor) throws -> (points: Tensor, settings: ProjectionFacts.Settings) {
        let count = embeddings.size(0)
        var settings = ProjectionFacts.Settings(method: method)
        func following(_ total: Int, _ work: ((Int) throws -> Void) throws -> Tensor) throws -> Tensor {
            let bar = quiet ? nil : ProgressBar(label: method.name, total: total, unit: "iterations")
            defer { bar?.finish() }
            let interruption = Interruption()
            settings.seed = seed
            settings.iterations = total
            return try work { done in
                if interruption.isRequested { throw Interrupted() }
                bar?.update(done: done)
            }
        }
        do {
            switch method {
            case .pca:
                let components = try PrincipalComponents(of: embeddings)
                settings.explainedVariance = components.explainedVarianceRatio
                return (components.project(embeddings), settings)
            case .tsne:
                let projection = StochasticNeighbourEmbedding(
                    perplexity: wantedPerplexity, iterations: iterations ?? 750, seed: seed)
                settings.perplexity = projection.perplexity(among: count)
                return (
                    try following(projection.iterations) { try projection.project(embeddings, progress: $0) }, settings
                )
            case .umap:
                let projection = UniformManifoldApproximation(
                    neighbours: neighbours ?? max(2, min(15, count - 1)), iterations: iterations, seed: seed)
                settings.neighbours = projection.neighbours
                return (
                    try following(projection.iterations(among: count)) {
                        try projection.project(embeddings, progress: $0)
                    },
                    settings
                )
            }
        } catch let error as UserFacingError where error.subject == "embeddings" {
            throw UserFacingError(file, field: error.field, problem: error.problem, remedy: error.remedy)
        }
    }

    /// Nil where there are too few embeddings to have neighbours and others.
    private func preservation(of points: Tensor, _ embeddings: Tensor) throws -> NeighbourhoodPreservation? {
        let count = embeddings.size(0)
        guard count > 2 else { return nil }
        return try NeighbourhoodPreservation(
            of: points, embeddings: embeddings, neighbours: min(5, (count - 1) / 2),
            sample: count > Self.mostMeasured ? Self.sampleSize : nil)
    }
}
