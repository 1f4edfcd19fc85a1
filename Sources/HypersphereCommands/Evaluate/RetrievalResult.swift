import Evaluation
import Files
import Randomness
import Terminal
import Visualization

/// What `evaluate retrieval` found, and how.
struct RetrievalResult: EvaluationResult {
    struct Facts: Encodable {
        let task = "retrieval"
        let queries: String
        let gallery: String
        let classSource: String?
        let metric: EmbeddingMetric
        let isSelfRemovedByIndex: Bool
        /// How many groups there are of which a query does not see its own class; nil where groups count for nothing.
        let groupCount: Int?
        let queryCount: Int
        let loneQueryCount: Int
        let tiedQueryCount: Int
        let galleryCount: Int
        let classCount: Int
        let cutoffs: [Int]
    }

    struct Vote: Encodable {
        let neighbours: Int
        let accuracy: Double
        let evenVotes: Int
    }

    struct Clusters: Encodable {
        let groups: Int
        let seed: UInt64
        let hasConverged: Bool
        let normalizedMutualInformation: Double
        let adjustedMutualInformation: Double
    }

    let `protocol`: Facts
    let micro: RetrievalScores
    let macro: RetrievalScores
    let matchCurve: [Double]
    let vote: Vote
    let clusters: Clusters?

    init(
        queries: EmbeddingTable, gallery: EmbeddingTable?, numbering: ClassNumbering, groups: ClassNumbering?,
        metric: EmbeddingMetric, cutoffs: [Int], neighbours: Int, clusterSeed: UInt64?
    ) throws {
        let set = try queries.labelled(by: numbering, groups: groups)
        let searched = try gallery?.labelled(by: numbering, groups: groups)
        let report: RetrievalReport
        let classifier: NeighbourClassifier
        if let searched {
            report = try RetrievalReport(queries: set, gallery: searched, metric: metric, cutoffs: cutoffs)
            classifier = try NeighbourClassifier(queries: set, gallery: searched, count: neighbours, metric: metric)
        } else {
            report = try RetrievalReport(leavingOneOutOf: set, metric: metric, cutoffs: cutoffs)
            classifier = try NeighbourClassifier(leavingOneOutOf: set, count: neighbours, metric: metric)
        }
        guard let micro = report.micro, let macro = report.macro else {
            throw UserFacingError(
                queries.name, field: "classes",
                problem: "no query has another of its class in \(gallery?.name ?? "the set")",
                remedy: "give at least two embeddings of a class, and names of classes that both files share")
        }
        self.micro = micro
        self.macro = macro
        matchCurve = report.matchCurve
        `protocol` = Facts(
            queries: queries.name, gallery: gallery?.name ?? queries.name, classSource: queries.classSource,
            metric: metric, isSelfRemovedByIndex: gallery == nil, groupCount: groups?.names.count,
            queryCount: report.queryCount, loneQueryCount: report.loneQueryCount, tiedQueryCount: report.tiedQueryCount,
            galleryCount: report.galleryCount, classCount: report.classCount, cutoffs: cutoffs)
        // As for the other measures, queries that nothing could name rightly do not count.
        let right = zip(report.isLone, zip(classifier.predictions, set.labels)).count { !$0 && $1.0 == $1.1 }
        vote = Vote(
            neighbours: min(neighbours, report.galleryCount - (gallery == nil ? 1 : 0)),
            accuracy: Double(right) / Double(report.queryCount - report.loneQueryCount),
            evenVotes: classifier.evenVoteCount)
        clusters = try clusterSeed.map { seed in
            var generator = SeededGenerator(seed: seed)
            let found = try ClusteringReport(of: set, normalized: metric == .cosine, using: &generator)
            return Clusters(
                groups: found.classCount, seed: seed, hasConverged: found.clusters.hasConverged,
                normalizedMutualInformation: found.agreement.normalizedMutualInformation,
                adjustedMutualInformation: found.agreement.adjustedMutualInformation)
        }
    }

    var title: String { "Retrieval of \(`protocol`.queries)" }

    var about: String { [search, counts].joined(separator: "; ") }

    var tables: [ReportTable] { [ReportTable(columns: Self.columns, rows: rows)] }

    private static let columns = ["measure", "micro", "macro"]

    private var search: String {
        let others = `protocol`.isSelfRemovedByIndex ? "all others, itself removed by index" : `protocol`.gallery
        let unseen =
            `protocol`.groupCount.map { "; what shares its class and one of \(formatCount($0)) groups is not seen" }
            ?? ""
        return "\(`protocol`.queries): each embedding searches \(others), by \(`protocol`.metric.title)\(unseen)"
    }

    private var counts: String {
        let facts = `protocol`
        return "queries: \(formatCount(facts.queryCount)), \(formatCount(facts.loneQueryCount)) lone and left out, "
            + "\(formatCount(facts.tiedQueryCount)) with ties, which ids decide; "
            + "gallery: \(formatCount(facts.galleryCount)); classes: \(formatCount(facts.classCount))"
    }

    private var rows: [[String]] {
        let facts = `protocol`
        var rows: [[String]] = []
        func add(_ name: String, _ value: (RetrievalScores) -> Double) {
            rows.append([name, Console.share(value(micro)), Console.share(value(macro))])
        }
        add("precision@1") { $0.precisionAt1 }
        for (index, cutoff) in facts.cutoffs.enumerated() {
            add("recall@\(cutoff) = CMC@\(cutoff)") { $0.recall[index] }
        }
        for (index, cutoff) in facts.cutoffs.enumerated() where cutoff > 1 {
            add("precision@\(cutoff)") { $0.precision[index] }
        }
        add("R-precision") { $0.rPrecision }
        add("MAP@R") { $0.meanAveragePrecisionAtR }
        add("MAP") { $0.meanAveragePrecision }
        for (index, cutoff) in facts.cutoffs.enumerated() where cutoff > 1 {
            add("MAP@\(cutoff) over R") { $0.meanAveragePrecisionOverHits[index] }
            add("MAP@\(cutoff) over min(R, \(cutoff))") { $0.meanAveragePrecisionOverReachableHits[index] }
            add("MAP@\(cutoff) over hits found") { $0.meanAveragePrecisionOverFoundHits[index] }
        }
        add("MRR") { $0.meanReciprocalRank }
        add("mINP") { $0.meanInverseNegativePenalty }
        return rows
    }

    func show() {
        Console.paragraph(search)
        if let source = `protocol`.classSource { Console.paragraph("classes: \(source)") }
        Console.paragraph(counts)
        var table = TextTable(Self.columns)
        for row in rows { table.append(row) }
        Console.print("")
        Console.print(table)
        Console.print("")
        Console.paragraph(
            "accuracy of the vote of \(Console.counted(vote.neighbours, "neighbour")): \(Console.share(vote.accuracy)); "
                + "\(formatCount(vote.evenVotes)) votes were even, and the nearest decided")
        if let clusters {
            Console.paragraph(
                "NMI: \(Console.share(clusters.normalizedMutualInformation)), "
                    + "AMI: \(Console.share(clusters.adjustedMutualInformation)), with \(formatCount(clusters.groups)) groups "
                    + "of k-means, seed \(clusters.seed)\(clusters.hasConverged ? "" : ", not converged")")
        }
    }
}

extension EmbeddingTable {
    /// Numbers for the groups of queries and gallery; nil where none are known.
    func groupNumbering(with gallery: EmbeddingTable?) -> ClassNumbering? {
        let known = [groups, gallery?.groups].compactMap(\.self)
        return known.isEmpty ? nil : ClassNumbering(known.joined().compactMap(\.self))
    }

    /// The embeddings with the numbers of their classes and, where they count, groups.
    func labelled(by numbering: ClassNumbering, groups groupNumbering: ClassNumbering? = nil) throws
        -> LabelledEmbeddings
    {
        let numbers = groupNumbering.flatMap { numbering in
            groups.map { $0.map { $0.map { numbering.labels(of: [$0])[0] } } }
        }
        return LabelledEmbeddings(embeddings, labels: numbering.labels(of: try knownClasses()), groups: numbers)
    }
}

extension EmbeddingMetric {
    /// What protocols call it.
    var title: String {
        switch self {
        case .cosine: "cosine"
        case .euclidean: "Euclidean distance"
        case .dotProduct: "dot product"
        }
    }
}
