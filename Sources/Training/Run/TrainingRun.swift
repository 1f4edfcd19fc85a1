import Datasets
import Files
import Foundation
public import NeuralNetwork
import TensorBoard
public import Torch
import Visualization

/// A training with its folder: runs the trainer and keeps everything that it comes to.
///
/// What an epoch has learnt is kept before it is measured. After each epoch the folder is complete: pictures first, then the
/// checkpoint, then the tables, each file whole. A run that was killed goes on from its last checkpoint and ends with the numbers
/// of one that was never stopped.
public final class TrainingRun {
    /// Where everything is written.
    public let folder: RunFolder
    /// What trains.
    public let trainer: Trainer
    /// How the weights that the recipe begins with fit; nil when it names none, or when a run goes on from a checkpoint.
    public let weights: StateReport?

    private let data: TrainingData
    // Of several processes one writes.
    private let events: EventFileWriter?

    /// Begins a run in a new folder.
    ///
    /// - Parameters:
    ///   - recipe: what to train, and how.
    ///   - data: the images.
    ///   - device: where to compute.
    ///   - folder: the folder to write, which must not hold anything.
    ///   - isNumbered: whether the folder's number is ours, so that the next one is taken where it is there by now.
    ///   - command: the words of the command, for the record.
    ///   - crew: the processes that train together; the first one writes.
    /// - Throws: `UserFacingError` when the folder holds anything or cannot be made, or the data do not fit the recipe.
    public init(
        _ recipe: Recipe, data: TrainingData, device: Device, folder: RunFolder, isNumbered: Bool = false,
        command: [String], crew: Crew? = nil
    ) throws {
        trainer = try Trainer(recipe, data: data, device: device, crew: crew)
        weights = try trainer.loadWeights()
        self.data = data
        guard trainer.isLeader else {
            self.folder = folder
            events = nil
            return
        }
        let folder = try isNumbered ? folder.createNumbered() : folder.created()
        self.folder = folder
        events = try EventFileWriter(directory: folder.path)
        try AtomicFile.write(try trainer.recipe.yaml(), to: folder.recipe)
        let environment = Environment(trainer: trainer, data: data, command: command)
        try AtomicFile.write(try environment.json(), to: folder.environment)
    }

    /// Goes on with the run in `folder` from its last checkpoint, or from the start where there is none yet.
    ///
    /// - Throws: `UserFacingError` when the checkpoint is damaged, or the recipe is one that the run cannot go on with.
    public init(
        resuming folder: RunFolder, recipe: Recipe, data: TrainingData, device: Device, crew: Crew? = nil
    ) throws {
        try Environment.check(data.fingerprints, againstRunIn: folder)
        if crew?.group.isLeader ?? true { AtomicFile.removeUnfinished(in: folder.path, "\(folder.path)/checkpoints") }
        try recipe.checkLasting(in: folder)
        trainer = try Trainer(recipe, data: data, device: device, crew: crew)
        self.data = data
        self.folder = folder
        let kept = [folder.learnedCheckpoint, folder.lastCheckpoint].first(where: FileManager.default.fileExists)
        if let kept {
            weights = nil
            try Checkpoint.restore(trainer, from: kept)
        } else {
            weights = try trainer.loadWeights()
        }
        // Of the file's bytes: sums of weights are rounded otherwise where there are other cores.
        try crew?.agree(on: "checkpoint", kept.map { "\(try Checksum.sha256("").computed(of: $0))" } ?? "none")
        try trainer.recipe.checkEpochs(after: trainer.history.count, in: folder)
        guard trainer.isLeader else {
            events = nil
            return
        }
        let events = try EventFileWriter(directory: folder.path)
        self.events = events
        try events.resume(at: trainer.history.count + 1)
        try AtomicFile.write(try trainer.recipe.yaml(), to: folder.recipe)
        try writeTables()
    }

    /// Trains to the end of the recipe, or until `shouldStop` says so; then what was done is kept for resuming.
    ///
    /// - Throws: `UserFacingError` when the training comes to a number that is infinite or none, or the disk is full.
    public func run(
        shouldStop: () -> Bool = { false }, _ handle: (Trainer.Event) throws -> Void
    ) throws -> Trainer.Ending {
        let ending: Trainer.Ending
        do {
            ending = try trainer.run(shouldStop: shouldStop) { event in
                switch event {
                case .learned: try Checkpoint.save(trainer, to: folder.learnedCheckpoint)
                case .epoch(let metrics, let embeddings): try record(metrics, embeddings)
                case .batch, .broken: break
                }
                try handle(event)
            }
        } catch {
            // What was learnt and gives no numbers is nothing to go on with.
            if trainer.hasDiverged && trainer.isLeader {
                try? FileManager.default.removeItem(atPath: folder.learnedCheckpoint)
            }
            throw error
        }
        switch ending {
        case .stopped:
            try Checkpoint.save(trainer, to: folder.lastCheckpoint)
        case .finished:
            try ModelBundle.save(
                trainer, channels: data.channels, height: data.height, width: data.width,
                to: folder.model)
        }
        if !trainer.history.isEmpty && trainer.isLeader {
            try RunReport(folder: folder, history: trainer.history, set: data.test).write(trainer)
        }
        return ending
    }

    private func record(_ metrics: EpochMetrics, _ embeddings: Trainer.TestEmbeddings) throws {
        if trainer.isLeader { try draw(metrics, embeddings) }
        // Of equal ones the first, as in the report.
        if trainer.agrees(trainer.history.dropLast().allSatisfy { $0.test.score < metrics.test.score }) {
            try Checkpoint.save(trainer, to: folder.bestCheckpoint)
        }
        // Last, because resuming does again all that came before it.
        try Checkpoint.save(trainer, to: folder.lastCheckpoint)
        guard let events else { return }
        try? FileManager.default.removeItem(atPath: folder.learnedCheckpoint)
        try writeTables()
        for (name, value) in metrics.columns.dropFirst() {
            try events.scalar(tag: name.replacingOccurrences(of: " ", with: "/"), value: value, step: metrics.epoch)
        }
        try events.flush()
    }

    /// Draws two-dimensional features and keeps what the figures of the test set need.
    private func draw(_ metrics: EpochMetrics, _ embeddings: Trainer.TestEmbeddings) throws {
        if embeddings.dimension == 2 {
            let plot = ScatterPlot(
                points: embeddings.values, labels: embeddings.labels.map(Int.init), classNames: trainer.testClassNames,
                centers: embeddings.centers ?? [], title: trainer.recipe.name,
                subtitle: "epoch \(metrics.epoch), \(metrics.test.scoreName) \(percent(metrics.test.score))")
            try plot.write(to: folder.featurePicture(epoch: metrics.epoch))
            let shown = FeatureMovie.shownSamples(of: embeddings.labels.count)
            var numbers = [
                "points": Tensor(shown.flatMap { embeddings.values[2 * $0..<2 * $0 + 2] }),
                "samples": Tensor(shown.map { embeddings.indices[$0] }),
            ]
            numbers["centers"] = embeddings.centers.map { Tensor($0) }
            try SafetensorsFile.write(numbers, to: folder.featureNumbers(epoch: metrics.epoch))
        }
        try TestCounts(embeddings, classNames: trainer.testClassNames).write(to: folder.testCounts)
    }

    private func writeTables() throws {
        let history = trainer.history
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys]
        let lines = try history.map { String(decoding: try encoder.encode($0), as: UTF8.self) + "\n" }
        try AtomicFile.write(lines.joined(), to: folder.metrics)
        guard let first = history.first else { return }
        let header = first.columns.map { $0.name.replacingOccurrences(of: " ", with: "_") }
        let rows = history.map { metrics in ["\(metrics.epoch)"] + metrics.columns.dropFirst().map { "\($0.value)" } }
        try AtomicFile.write(([header] + rows).map(CSVTable.line).joined(), to: folder.results)
    }
}
