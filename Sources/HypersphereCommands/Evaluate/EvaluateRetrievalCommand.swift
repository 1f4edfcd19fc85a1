import ArgumentParser
import Evaluation
import Files
import Randomness
import Terminal

/// `hypersphere evaluate retrieval`.
struct EvaluateRetrievalCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "retrieval",
        abstract: "Measure how well the nearest embeddings are of the same class.",
        usage: """
            hypersphere evaluate retrieval MODEL [DATA] [options]
            hypersphere evaluate retrieval --embeddings FILE [options]
            """,
        discussion: """
            Each embedding searches all others, or the gallery where one is given. Micro
            is the mean over queries, macro that over classes. Queries whose class is not
            in the gallery are counted and left out. Where groups are known, such as
            cameras by the column group of a CSV file, a query does not see its own class
            of its own group, as in person re-identification.

            Examples:
              hypersphere evaluate retrieval runs/strokes-center-1
              hypersphere evaluate retrieval --embeddings features.npy --labels labels.npy
            """)

    @OptionGroup var input: EmbeddingOptions

    @Option(help: "Saved embeddings to search, instead of the queries themselves.")
    var gallery: String?

    @Option(help: "The gallery's classes, as --labels.")
    var galleryLabels: String?

    @Option(help: "What is close: cosine, euclidean or dot. (default: cosine)", transform: choice(of: "--metric"))
    var metric = EmbeddingMetric.cosine

    @Option(
        name: .customLong("k"), help: "The K of measures at K, with commas between. (default: 1,5,10)",
        transform: Self.cutoffs)
    var cutoffs = [1, 5, 10]

    @Option(help: "How many nearest vote for a query's class.")
    var neighbours = 5

    @Option(help: "The seed of k-means, whose groups NMI and AMI compare with the classes.")
    var seed: UInt64 = 0

    @Flag(help: "Leave out k-means, NMI and AMI, which are slow for many classes.")
    var noClusters = false

    @Flag(help: "Let queries see their own class of their own group too.")
    var ignoreGroups = false

    @Option(help: "A page with pictures to write: similarities, match curve, neighbours.")
    var page: String?

    @OptionGroup var output: OutputOptions

    func validate() throws {
        if neighbours < 1 { throw ValidationError("--neighbours expects a number above 0, got \(neighbours)") }
        if galleryLabels != nil && gallery == nil {
            throw ValidationError("--gallery-labels expects --gallery beside it")
        }
    }

    private static func cutoffs(_ text: String) throws -> [Int] {
        try text.split(separator: ",", omittingEmptySubsequences: false).map { part in
            guard let number = Int(part), number > 0 else {
                throw ValidationError("--k expects numbers above 0 with commas between, got \(text)")
            }
            return number
        }
    }

    func run() throws {
        let gallery = try gallery.map { try EmbeddingTable(saved: $0, labels: galleryLabels) }
        let queries = try input.table(gallery: gallery, quiet: output.quiet)
        let numbering = try ClassNumbering(queries.knownClasses() + (gallery?.knownClasses() ?? []))
        if !output.quiet && metric == .cosine {
            for table in [queries, gallery].compactMap(\.self) where table.zeroCount > 0 {
                Console.note(
                    "warning: \(table.name): \(Console.counted(table.zeroCount, "row")) of zeros, whose cosine counts as 0"
                )
            }
        }
        let groups = ignoreGroups ? nil : queries.groupNumbering(with: gallery)
        let result = try RetrievalResult(
            queries: queries, gallery: gallery, numbering: numbering, groups: groups, metric: metric, cutoffs: cutoffs,
            neighbours: neighbours, clusterSeed: noClusters ? nil : seed)
        try output.tell(result, page: page) {
            try RetrievalPage(
                queries: queries, gallery: gallery, numbering: numbering, groups: groups, metric: metric,
                images: input.imageSet()
            ).figures(matchCurve: result.matchCurve)
        }
    }
}
