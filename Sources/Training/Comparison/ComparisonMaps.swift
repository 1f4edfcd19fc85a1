public import Evaluation
import Foundation
import Images
import Projection
import Torch
import Visualization

/// Test images laid out in the plane by t-SNE: their pixels, and what each method of a comparison makes of them.
///
/// The models are those of the first seed that learnt all classes.
struct ComparisonMaps {
    /// What of the methods is shown.
    enum Layer: String, CaseIterable {
        case embeddings, logits
    }

    /// One figure for each layer, the pixels first in it; none where there are too few images for a map.
    let figures: [(layer: Layer, figure: PanelFigure)]

    /// How many test images are shown at most.
    static let most = 3000

    private static let neighbours = 5
    /// How few images t-SNE lays out at least.
    private static let fewest = 4

    /// Draws the maps.
    ///
    /// - Parameters:
    ///   - comparison: of which all trainings of the first seed are done.
    ///   - progress: told which map is begun.
    /// - Throws: `UserFacingError` when a model cannot be read, and what `progress` throws.
    init(_ comparison: MethodComparison, progress: (_ map: String) throws -> Void) throws {
        let recipe = comparison.recipe
        let test = comparison.data.test
        let (shown, images) = try comparison.pixels(FeatureMovie.shownSamples(of: test.count, most: Self.most))
        guard shown.count >= Self.fewest else {
            figures = []
            return
        }
        let labels = test.labels
        let shownLabels = shown.map { Int(labels[$0]) }
        let neighbours = min(Self.neighbours, (shown.count - 1) / 2)
        func panel(_ title: String, _ note: String, _ rows: Tensor) throws -> ScatterPanel {
            try progress(title)
            let map = try StochasticNeighbourEmbedding(seed: recipe.seeds[0]).project(rows)
            let kept = try NeighbourhoodPreservation(of: map, embeddings: rows, neighbours: neighbours)
            let trust = "trustworthiness \(fixed(kept.trustworthiness, digits: 3))"
            return ScatterPanel(
                title: title, note: note.isEmpty ? trust : "\(note), \(trust)", points: map.to(.float32).array(),
                labels: shownLabels)
        }
        var panels: [Layer: [ScatterPanel]] = [:]
        let pixels = try panel("raw pixels", "", images)
        for layer in Layer.allCases { panels[layer] = [pixels] }
        for method in recipe.methods {
            let run = ComparisonRun(method: method, seed: recipe.seeds[0], rotation: nil)
            let bundle = try ModelBundle(path: comparison.runFolder(run).path, device: comparison.device)
            let all = try bundle.embeddedUsable(test)
            let rows = Dictionary(uniqueKeysWithValues: all.indices.enumerated().map { ($1, $0) })
            let embeddings = all.embeddings.gathered(Tensor(shown.compactMap { rows[$0] }))
            let accuracy = try comparison.score(of: run).map { percent($0.accuracy) } ?? ""
            panels[.embeddings]?.append(try panel(method.name, accuracy, embeddings))
            guard let logits = bundle.logits(of: embeddings) else { continue }
            panels[.logits]?.append(try panel("\(method.name), logits", accuracy, logits))
        }
        let what = "\(shown.count) test images by t-SNE; accuracy on all test images"
        figures = Layer.allCases.map { layer in
            (
                layer,
                PanelFigure(
                    panels: panels[layer] ?? [], classNames: test.classNames,
                    title: "\(recipe.name): \(layer.rawValue)",
                    subtitle: what)
            )
        }
    }
}

extension MethodComparison {
    /// The side of an image whose pixels are compared: those of photographs would take gigabytes.
    private static let mostPixels = 32

    /// Draws the maps to `embeddings.png` and `logits.png`, and writes everything to `report.html`.
    ///
    /// - Parameters:
    ///   - table: the measures.
    ///   - progress: told which map is begun.
    /// - Throws: `UserFacingError` when a model cannot be read or the folder cannot be written, and what `progress` throws.
    public func writeReport(_ table: ComparisonTable, progress: (_ map: String) throws -> Void) throws {
        let maps = try ComparisonMaps(self, progress: progress)
        for (layer, figure) in maps.figures {
            try figure.write(to: "\(folder)/\(layer.rawValue).png")
            try figure.write(to: "\(folder)/\(layer.rawValue).svg")
        }
        var summary = [
            ("methods", "\(recipe.methods.count)"), ("seeds", recipe.seeds.map { "\($0)" }.joined(separator: ", ")),
            ("epochs", "\(recipe.epochs)"),
        ]
        if let unknown = recipe.unknown {
            summary.append(("unknown classes", "\(unknown.classes) in each of \(unknown.rotations) rotations"))
        }
        try Report(
            title: recipe.name, about: recipe.about, summary: summary, figures: maps.figures.map(\.figure),
            tables: table.reportTables, recipe: try recipe.yaml()
        ).write(to: "\(folder)/report.html")
    }

    /// Of test images, those that can be used, and as rows their pixels, 0 to 255; larger images as the means of 32 x 32 parts.
    func pixels(_ indices: [Int]) throws -> (indices: [Int], rows: Tensor) {
        let recipe = try recipe.recipe(of: recipe.methods[0], seed: recipe.seeds[0])
        let order = stride(from: 0, to: indices.count, by: 256).map {
            Array(indices[$0..<min(indices.count, $0 + 256)])
        }
        let next = try recipe.source(of: data.test, training: false, device: .cpu).batches(order, epoch: 0)
        var rows: [Tensor] = []
        var usable: [Int] = []
        while let batch = try next() {
            if batch.indices.isEmpty { continue }
            let images = batch.images.to(.float32)
            let size = [images.size(2), images.size(3)].map { min($0, Self.mostPixels) }
            rows.append(images.adaptiveAveragePool(size: size).reshaped([batch.indices.count, -1]))
            usable += batch.indices
        }
        return (usable, rows.isEmpty ? .zeros([0, 1]) : .concatenated(rows))
    }
}

extension ComparisonTable {
    /// The means with their intervals, and the differences from the first method.
    fileprivate var reportTables: [ReportTable] {
        func cells(_ values: (Row) -> [MeanInterval?], _ digits: (MeanInterval) -> String) -> [[String]] {
            rows.map { row in [row.method] + values(row).map { $0.map(digits) ?? "" } }
        }
        let columns = ["method"] + measures.map(\.name)
        let legend = measures.map { "\($0.name): \($0.about)" }.joined(separator: "; ")
        return [
            ReportTable(
                title: "Measures", note: "In percent, with 95 % intervals of Student's t over repetitions. \(legend).",
                columns: columns, rows: cells(\.values) { $0.percentText(signed: false) }),
            ReportTable(
                title: "Differences from \(rows.first?.method ?? "")",
                note: "In the same repetitions; * where the interval excludes 0.", columns: columns,
                rows: Array(cells(\.differences) { $0.percentText(signed: true) }.dropFirst())),
        ]
    }
}

extension MeanInterval {
    /// `99.21±0.12`; as a difference with its sign, and `*` where the interval excludes 0.
    public func percentText(signed: Bool) -> String {
        let text = String(format: signed ? "%+.2f" : "%.2f", 100 * mean)
        guard let halfWidth else { return text }
        return "\(text)±\(String(format: "%.2f", 100 * halfWidth))" + (signed && abs(mean) > halfWidth ? "*" : "")
    }
}
