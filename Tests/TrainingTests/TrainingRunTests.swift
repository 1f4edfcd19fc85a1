import Files
import Foundation
import TestSupport
import Testing
import Torch

@testable import Training

@Suite(.noLeaks) struct TrainingRunTests {
    private struct Failure: Error {}

    private func begin(_ recipe: Recipe, in folder: RunFolder) throws -> TrainingRun {
        try TrainingRun(recipe, data: TinyTraining.data, device: .cpu, folder: folder, command: [])
    }

    private func resume(_ folder: RunFolder, _ recipe: Recipe) throws -> TrainingRun {
        try TrainingRun(resuming: folder, recipe: recipe, data: TinyTraining.data, device: .cpu)
    }

    /// Where measuring fails, what the epoch learnt is kept: the run measures it when it goes on.
    @Test func anEpochThatCannotBeMeasuredIsNotLearntAgain() throws {
        try withScratchFolder { folder in
            let schedule = "optimizers[0].schedule={name: cosine}"
            let recipe = try TinyTraining.recipe(schedule)
            let calm = try TinyTraining.trainer(schedule)
            let metrics = try calm.runToTheEnd()

            let place = RunFolder(path: "\(folder)/run")
            let failed = try begin(recipe, in: place)
            var learned = 0
            #expect(throws: Failure.self) {
                _ = try failed.run { event in
                    guard case .learned = event else { return }
                    learned += 1
                    if learned == 2 { throw Failure() }
                }
            }
            let resumed = try resume(place, recipe)
            #expect(resumed.trainer.history.count == 1 && resumed.trainer.progress.batches == 3)
            _ = try resumed.run { event in
                if case .batch = event { Issue.record("a batch was learnt again") }
            }
            #expect(resumed.trainer.history.map(\.withoutTimes) == metrics)
            #expect(TinyTraining.values(of: resumed.trainer) == TinyTraining.values(of: calm))
            #expect(!FileManager.default.fileExists(atPath: place.learnedCheckpoint))
        }
    }

    /// An epoch that ends in numbers which are none takes nothing of what was kept before with it.
    @Test func anEpochThatDivergedIsForgotten() throws {
        try withScratchFolder { folder in
            let place = RunFolder(path: "\(folder)/run")
            _ = try begin(TinyTraining.recipe("epochs=1"), in: place).run { _ in }
            let wild = try resume(place, TinyTraining.recipe("data.batch=20", "optimizers[0].learningRate=1e30"))
            expectRefusal("epoch 2", "learningRate") { _ = try wild.run { _ in } }
            let calm = try resume(place, TinyTraining.recipe())
            #expect(calm.trainer.history.count == 1 && calm.trainer.progress.batches == 0)
            #expect(try calm.run { _ in } == .finished)
        }
    }

    @Test func aModelsFolderIsItsOwn() {
        #expect(RunFolder(ofModel: "model.safetensors").path == ".")
        #expect(RunFolder(ofModel: "runs/a/model.safetensors").path == "runs/a")
    }
}
