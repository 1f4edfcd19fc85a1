import Evaluation
import Foundation
import Randomness
import Torch
import Training
import Visualization

/// The pictures of a search: similarities of pairs, the match curve, and queries with what was found.
struct RetrievalPage {
    /// The queries.
    let queries: EmbeddingTable
    /// What is searched, where it is not the queries themselves.
    let gallery: EmbeddingTable?
    let numbering: ClassNumbering
    /// Numbers for groups, where they count.
    let groups: ClassNumbering?
    let metric: EmbeddingMetric
    /// The images of the queries, where they are known and are searched themselves.
    let images: ImageSet?

    private static let mostCompared = 2000
    private static let shownQueries = 10
    private static let shownNeighbours = 8

    /// The pictures.
    ///
    /// - Throws: `UserFacingError` when an image's file cannot be used.
    func figures(matchCurve: [Double]) throws -> [any ThemedDrawing] {
        var figures: [any ThemedDrawing] = []
        if let similarities = try similarities() { figures.append(similarities) }
        let ranks = matchCurve.indices.map { Double($0 + 1) }
        figures.append(
            Figure(
                title: "Match curve", horizontalTitle: "K",
                panels: [
                    LineChart(
                        title: "queries with a hit among the nearest K, %",
                        series: [LineSeries("CMC", x: ranks, y: matchCurve.map { 100 * $0 }, colorIndex: 0)],
                        hasLegend: false)
                ]))
        if let sheet = try sheet() { figures.append(sheet) }
        return figures
    }

    /// Nil where the queries have no pair of one class, or none of two; rows of zeros have no cosine and are left out.
    private func similarities() throws -> SimilarityHistogram? {
        let classes = try queries.knownClasses()
        let zeros = Set(queries.zeroRows())
        let rows = (0..<queries.count).filter { !zeros.contains($0) }
        let shown = FeatureMovie.shownSamples(of: rows.count, most: Self.mostCompared).map { rows[$0] }
        let labels = numbering.labels(of: shown.map { classes[$0] })
        let kinds = Set(labels).count
        guard kinds > 1 && kinds < labels.count else { return nil }
        let curve = try ReceiverOperatingCurve.ofAllPairs(queries.embeddings.gathered(Tensor(shown)), labels: labels)
        return curve.similarities("cosines of all pairs of \(shown.count) queries")
    }

    /// Queries drawn by chance, half of them such whose nearest is wrong where there are any.
    private func sheet() throws -> NeighbourSheet? {
        guard let images, gallery == nil else { return nil }
        let classes = try queries.knownClasses()
        let found = try Neighbours(
            leavingOneOutOf: queries.labelled(by: numbering, groups: groups), count: Self.shownNeighbours,
            metric: metric)
        func neighbours(_ query: Int) -> [(index: Int, value: Float)] {
            let places = query * found.count..<(query + 1) * found.count
            let pairs = zip(found.indices[places], found.values[places])
            return pairs.filter { $0.0 >= 0 }.map { (index: Int($0.0), value: $0.1) }
        }
        let wrong = (0..<queries.count).filter { query in
            neighbours(query).first.map { classes[$0.index] != classes[query] } ?? false
        }
        var generator = SeededGenerator(seed: 0)
        let failures = wrong.shuffled(using: &generator).prefix(Self.shownQueries / 2)
        let others = (0..<queries.count).shuffled(using: &generator).lazy.filter { !failures.contains($0) }
            .prefix(Self.shownQueries - failures.count)
        let pictures = SampleImages(images)
        let rows = try (Array(others) + failures).compactMap { query -> NeighbourRow? in
            guard let image = try pictures.image(query) else { return nil }
            let shown = try neighbours(query).compactMap { index, value in
                try pictures.image(index).map {
                    NeighbourRow.Neighbour(
                        image: $0, className: classes[index], similarity: Double(value),
                        isRight: classes[index] == classes[query])
                }
            }
            return NeighbourRow(query: image, className: classes[query], neighbours: shown)
        }
        guard !rows.isEmpty else { return nil }
        return NeighbourSheet(
            rows: rows, title: "Queries and what is nearest",
            subtitle: "\(others.count) drawn by chance"
                + (failures.isEmpty ? "" : ", then \(failures.count) of the \(wrong.count) whose nearest is wrong"))
    }
}
