import Files
import TestSupport
import Testing
import Torch

@testable import Training

@Suite(.noLeaks) struct TrainingRunTests {
    private struct Failure: Error {}

    /// Where measuring fails, what the epoch learnt is kept: the run measures it when it goes on.
    @Test func anEpochThatCannotBeMeasuredIsNotLearntAgain() throws {
        try withScratchFolder { folder in
            let recipe = try TinyTraining.recipe()
            let calm = try TinyTraining.trainer()
            let metrics = try calm.runToTheEnd()

            let place = RunFolder(path: "\(folder)/run")
            let failed = try TrainingRun(recipe, data: TinyTraining.data, device: .cpu, folder: place, command: [])
            var learned = 0
            #expect(throws: Failure.self) {
                _ = try failed.run { event in
                    guard case .learned = event else { return }
                    learned += 1
                    if learned == 2 { throw Failure() }
                }
            }
            let resumed = try TrainingRun(resuming: place, recipe: recipe, data: TinyTraining.data, device: .cpu)
            #expect(resumed.trainer.history.count == 1 && resumed.trainer.progress.batches == 3)
            _ = try resumed.run { event in
                if case .batch = event { Issue.record("a batch was learnt again") }
            }
            #expect(resumed.trainer.history.map(\.withoutTimes) == metrics)
            #expect(TinyTraining.values(of: resumed.trainer) == TinyTraining.values(of: calm))
        }
    }
}
