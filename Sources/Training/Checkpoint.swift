import Files
import Foundation
import NeuralNetwork
import Torch

/// A training at one moment: model, optimizers and position, in one safetensors file.
///
/// Nothing else is needed to go on: all random numbers are functions of seed and position.
enum Checkpoint {
    private static let format = "hypersphere-checkpoint-1"

    private enum Key {
        static let format = "format"
        static let recipe = "recipe"
        static let history = "history"
    }

    /// Writes where `trainer` stands to `path`, whole or not at all; of several processes all must call this, and the leader
    /// writes. What is written does not depend on their number.
    ///
    /// - Throws: `UserFacingError` when the folder is missing or not writable, or the disk is full.
    static func save(_ trainer: Trainer, to path: String) throws {
        var tensors: [String: Tensor] = [:]
        func add(_ state: [String: Tensor], _ prefix: String) {
            for (name, tensor) in state { tensors["\(prefix).\(name)"] = tensor }
        }
        add(trainer.model.wholeState, "model")
        for (index, optimizer) in trainer.optimizers.enumerated() { add(optimizer.state, "optimizer.\(index)") }
        add(trainer.progress.state, "progress")
        guard trainer.isLeader else { return }
        let history = String(decoding: try JSONEncoder().encode(trainer.history), as: UTF8.self)
        let metadata = [
            Key.format: format, Key.recipe: try trainer.recipe.yaml(), Key.history: history,
        ]
        try SafetensorsFile.write(tensors, metadata: metadata, to: path)
    }

    /// Puts `trainer` where the training in the file at `path` stood.
    ///
    /// - Throws: `UserFacingError` that names what is damaged or does not fit the recipe.
    static func restore(_ trainer: Trainer, from path: String) throws {
        let file = try SafetensorsFile(path: path)
        func failure(_ field: String, _ problem: String) -> UserFacingError {
            UserFacingError(
                path, field: field, problem: problem, remedy: "resume from a checkpoint that this program wrote")
        }
        guard file.metadata[Key.format] == format else {
            throw failure(Key.format, "is \(file.metadata[Key.format] ?? "missing"), expected \(format)")
        }
        let history: [EpochMetrics]
        do {
            history = try JSONDecoder().decode([EpochMetrics].self, from: Data((file.metadata[Key.history] ?? "").utf8))
        } catch {
            throw failure(Key.history, "cannot be read")
        }
        let tensors = try file.tensors()
        func part(_ prefix: String) -> [String: Tensor] {
            let begin = "\(prefix)."
            return Dictionary(
                uniqueKeysWithValues: tensors.filter { $0.key.hasPrefix(begin) }
                    .map { (String($0.key.dropFirst(begin.count)), $0.value) })
        }
        guard let progress = EpochProgress(state: part("progress"), classes: trainer.classNames.count) else {
            throw failure("progress", "is not that of an epoch")
        }
        let batches = trainer.batches(epoch: history.count + 1)
        guard progress.visited == batches.prefix(progress.batches).reduce(0, { $0 + $1.count }) else {
            throw UserFacingError(
                path, field: "progress",
                problem:
                    "its \(progress.batches) batches have \(progress.visited) images, the recipe's would have others",
                remedy: "leave data.batch and the data as they were until the epoch is done")
        }
        try trainer.model.load(part("model"), from: path)
        for (index, optimizer) in trainer.optimizers.enumerated() {
            try optimizer.load(part("optimizer.\(index)"), from: path)
        }
        trainer.history = history
        trainer.progress = progress
    }
}
