import Evaluation
import Foundation
import Images
import Terminal
import Training

/// What a person sees of a comparison: a line for each training, and the table.
final class ComparisonDisplay {
    private let comparison: MethodComparison
    private let quiet: Bool
    private var done = 0
    private var run: ComparisonRun?
    private var epochs = 0
    private var bar: (epoch: Int, bar: ProgressBar)?
    /// Whether a line stands on the terminal that the next one takes the place of.
    private var hasStatus = false

    init(_ comparison: MethodComparison, quiet: Bool) {
        self.comparison = comparison
        self.quiet = quiet
    }

    func begin() {
        guard !quiet else { return }
        let recipe = comparison.recipe
        Console.print(TextStyle(for: .standardOutput).bold(recipe.name))
        if !recipe.about.isEmpty { Console.print(Console.wrapped(recipe.about, width: 80)) }
        Console.print("")
        var facts =
            "\(Console.counted(recipe.methods.count, "method")), \(Console.counted(recipe.seeds.count, "seed")), "
            + Console.counted(recipe.epochs, "epoch")
        if let unknown = recipe.unknown {
            facts +=
                "; \(Console.counted(unknown.classes, "unknown class", plural: "unknown classes")) in "
                + Console.counted(unknown.rotations, "rotation")
        }
        Console.print(Console.wrapped("\(facts): \(Console.counted(comparison.runs.count, "training"))", width: 80))
        Console.print("writing to \(comparison.folder)")
        Console.print("")
    }

    func show(_ event: MethodComparison.Event) throws {
        switch event {
        case .began(let training, let run):
            self.run = run
            epochs = training.trainer.recipe.epochs
        case .training(.batch(let step)): show(step)
        case .training(.broken(let images)):
            for image in images { Console.note("skipped: \(image.reason)") }
        case .training(.learned): break
        case .training(.epoch): close()
        case .finished(let run, let scores): show(run, scores)
        }
    }

    private func show(_ step: Trainer.Step) {
        guard !quiet, let run else { return }
        if bar?.epoch != step.epoch {
            let label = "\(done + 1)/\(comparison.runs.count) \(run.method.name), epoch \(step.epoch)/\(epochs)"
            bar = (step.epoch, ProgressBar(label: label, total: step.total, start: step.done))
        }
        bar?.bar.update(done: step.done, loss: step.meanLoss)
    }

    private func show(_ run: ComparisonRun, _ scores: ComparisonScores) {
        close()
        done += 1
        guard !quiet else { return }
        var line = "\(done)/\(comparison.runs.count) \(run.folder): accuracy \(percent(scores.accuracy))"
        line +=
            scores.unknown.map { ", AUROC \(fixed($0.areaByCosine, digits: 4))" }
            ?? ", MAP@R \(fixed(scores.retrieval.meanAveragePrecisionAtR, digits: 4))"
        Console.print("\(line), \(formatDuration(scores.seconds))")
    }

    /// Says which map is drawn.
    func show(map: String) {
        let output = TerminalOutput.standardError
        guard !quiet, output.isTerminal else { return }
        output.write("\r\u{1B}[K" + "drawing the map of \(map)".fitted(to: output.width() - 1))
        hasStatus = true
    }

    /// Says where everything is.
    func end() {
        guard !quiet else { return }
        close()
        Console.print("")
        let folder = comparison.folder
        for (name, what) in [
            ("report.html", "everything on one page"), ("embeddings.png", "maps of the embeddings beside raw pixels"),
            ("logits.png", "maps of the logits"), ("comparison.csv", "the table; comparison.json too"),
        ] {
            // Of few images there are no maps.
            guard FileManager.default.fileExists(atPath: "\(folder)/\(name)") else { continue }
            Console.print("\(folder)/\(name.padded(to: 20))\(what)")
        }
    }

    /// Clears the progress, so that other text can take its place.
    func close() {
        bar?.bar.finish()
        bar = nil
        if hasStatus { TerminalOutput.standardError.write("\r\u{1B}[K") }
        hasStatus = false
    }

    /// The table, what its columns are, and what differs.
    func show(_ table: ComparisonTable) {
        if !quiet { Console.print("") }
        Console.print(text(table, { $0.values }).text(for: .standardOutput))
        let repetitions = table.measures.indices.map { column in
            Set(table.rows.compactMap { $0.values[column]?.count }).sorted().map(String.init).joined(separator: " or ")
        }
        for (measure, count) in zip(table.measures, repetitions) {
            Console.print(Console.wrapped("\(measure.name): \(measure.about); \(count) repetitions", width: 80))
        }
        if table.rows.count > 1, table.rows.contains(where: { $0.differences.contains { $0 != nil } }) {
            Console.print("")
            Console.print(
                "difference from \(table.rows[0].method) in the same repetitions, * where the interval excludes 0")
            Console.print("")
            Console.print(text(table, { $0.differences }, marked: true).text(for: .standardOutput))
        }
        Console.print("numbers in percent; ± is the 95 % interval of Student's t over the repetitions")
    }

    private func text(
        _ table: ComparisonTable, _ values: (ComparisonTable.Row) -> [MeanInterval?], marked: Bool = false
    ) -> TextTable {
        var text = TextTable(["method"] + table.measures.map(\.name))
        for row in table.rows where !marked || row.differences.contains(where: { $0 != nil }) {
            text.append([row.method] + values(row).map { $0.map { $0.percentText(signed: marked) } ?? "" })
        }
        return text
    }
}
