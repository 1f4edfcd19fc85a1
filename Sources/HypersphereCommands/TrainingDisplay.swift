import Foundation
import Images
import NeuralNetwork
import Terminal
import Torch
import Training

/// What a person sees of a training: what it is, a line an epoch, and what was written.
final class TrainingDisplay {
    private static let columns = ["epoch", "loss", "train", "test", "test F1", "images/s", "time"]
    private static let columnsOfUnseen = ["epoch", "loss", "train", "P@1", "MAP@R", "images/s", "time"]
    private static let widths = [7, 8, 8, 8, 8, 8, 7]

    private let run: TrainingRun
    private let data: TrainingData
    private let reason: String
    private let json: Bool
    private let quiet: Bool
    private var bar: (epoch: Int, bar: ProgressBar)?

    init(run: TrainingRun, data: TrainingData, reason: String, json: Bool, quiet: Bool) {
        self.run = run
        self.data = data
        self.reason = reason
        self.json = json
        self.quiet = quiet
    }

    /// Whether classes are measured on that are not learnt.
    private var isUnseen: Bool { data.test.classNames != data.classNames }

    func begin() {
        guard !quiet && !json else { return }
        let trainer = run.trainer
        let style = TextStyle(for: .standardOutput)
        let train = data.train
        let facts = [
            "\(formatCount(train.count)) images to learn from, \(formatCount(data.test.count)) to measure on,"
                + " \(Console.counted(train.classNames.count, "class", plural: "classes"))"
                + (isUnseen ? " and \(formatCount(data.test.classNames.count)) unseen" : "")
                + ", \(data.height) x \(data.width) x \(data.channels)",
            "\(trainer.device) (\(reason)), \(trainer.precision), \(trainer.layout),"
                + " \(Console.counted(Engine.threadCount, "thread"))"
                + (trainer.processCount > 1 ? ", \(trainer.processCount) processes" : ""),
            "\(formatCount(trainer.parameterCount)) parameters",
            "writing to \(run.folder.path)",
        ]
        Console.print(style.bold(trainer.recipe.name))
        if !trainer.recipe.about.isEmpty { Console.print(Console.wrapped(trainer.recipe.about, width: 80)) }
        Console.print("")
        for fact in facts { Console.print(Console.wrapped(fact, width: 80)) }
        if let weights = run.weights { show(weights) }
        if !trainer.history.isEmpty { Console.print("going on after epoch \(trainer.history.count)") }
        guard trainer.history.count < trainer.recipe.epochs else { return }
        Console.print("")
        let columns = isUnseen ? Self.columnsOfUnseen : Self.columns
        Console.print(style.bold(Console.row(columns, widths: Self.widths)))
    }

    /// What was taken of a file of weights, and by name what was not.
    private func show(_ weights: StateReport) {
        let left = [
            ("fresh", weights.missing), ("of another shape", weights.mismatched.map(\.name)),
            ("not needed", weights.unexpected),
        ].filter { !$0.1.isEmpty }.map { what, names in
            "\(what): \(names.prefix(3).joined(separator: ", "))"
                + (names.count > 3 ? " and \(formatCount(names.count - 3)) more" : "")
        }
        let taken = "\(Console.counted(weights.loaded.count, "tensor")) of \(run.trainer.recipe.weights?.file ?? "")"
        Console.print(Console.wrapped(([taken] + left).joined(separator: "; "), width: 80))
    }

    func show(_ event: Trainer.Event) throws {
        switch event {
        case .batch(let step): show(step)
        case .broken(let images):
            for image in images { Console.note("skipped: \(image.reason)") }
        case .learned: break
        case .epoch(let metrics, _):
            close()
            try show(metrics)
        }
    }

    private func show(_ step: Trainer.Step) {
        guard !quiet else { return }
        if bar?.epoch != step.epoch {
            let label = "epoch \(step.epoch)/\(run.trainer.recipe.epochs)"
            // The clock of the bar starts with it, so what was done before does not count towards the rate.
            bar = (step.epoch, ProgressBar(label: label, total: step.total, start: step.done))
        }
        bar?.bar.update(done: step.done, loss: step.meanLoss)
    }

    private func show(_ metrics: EpochMetrics) throws {
        if json {
            let encoder = JSONEncoder()
            encoder.outputFormatting = [.sortedKeys]
            Console.print(String(decoding: try encoder.encode(metrics), as: UTF8.self))
        } else if !quiet {
            Console.print(
                Console.row(
                    [
                        "\(metrics.epoch)/\(run.trainer.recipe.epochs)", fixed(metrics.trainLoss, digits: 4),
                        percent(metrics.trainAccuracy), percent(metrics.test.score), percent(metrics.test.secondScore),
                        formatCount(Int(metrics.imagesPerSecond)), formatDuration(metrics.seconds),
                    ], widths: Self.widths))
            let verified = metrics.verification.sorted { $0.key < $1.key }.map { "\($0.key) \(percent($0.value))" }
            if !verified.isEmpty {
                Console.print(Console.wrapped("  pairs told right: " + verified.joined(separator: ", "), width: 80))
            }
        }
    }

    /// Clears the progress, so that other text can take its place.
    func close() {
        bar?.bar.finish()
        bar = nil
    }

    /// Says what came out, or how to go on.
    func end(_ ending: Trainer.Ending, resumeCommand: [String]) {
        close()
        let folder = run.folder
        if case .stopped = ending {
            Console.note("stopped; go on with: \(Console.command(resumeCommand))")
            return
        }
        guard !json, let last = run.trainer.history.last else { return }
        let seconds = run.trainer.history.reduce(0) { $0 + $1.seconds }
        if !quiet { Console.print("") }
        let what =
            isUnseen
            ? "of the test images, whose classes were not learnt, have one of theirs nearest"
            : "of the test images are right"
        Console.print(
            Console.wrapped(
                "\(percent(last.test.score)) \(what) after \(Console.counted(last.epoch, "epoch")), "
                    + "\(formatDuration(seconds))", width: 80))
        guard !quiet else { return }
        var written = [
            (folder.report, "everything on one page"),
            ("\(folder.curves).png", "loss and accuracy"),
            (folder.model, "the model, for `embed`"),
            (folder.lastCheckpoint, "to go on from"),
            (folder.bestCheckpoint, "the best epoch"),
        ]
        if FileManager.default.fileExists(atPath: folder.featurePicture(epoch: last.epoch)) {
            written.insert((folder.featurePicture(epoch: last.epoch), "one for each epoch"), at: 1)
        }
        let width = written.map(\.0.columns).max() ?? 0
        Console.print("")
        for (path, what) in written {
            Console.print(path.padded(to: width + 2) + what)
        }
    }
}
