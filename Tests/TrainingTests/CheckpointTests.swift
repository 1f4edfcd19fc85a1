import Files
import TestSupport
import Testing
import Torch

@testable import Training

@Suite(.noLeaks) struct CheckpointTests {
    /// A training that stopped in the middle of its second epoch, restored into one that never ran, ends as one that never
    /// stopped: bit by bit, in metrics and in values.
    @Test(arguments: ["gradient", "paper", "movingAverage"])
    func aRestoredTrainingEndsAsOneThatNeverStopped(update: String) throws {
        try withScratchFolder { folder in
            let path = "\(folder)/checkpoint.safetensors"
            let whole = try TinyTraining.trainer("losses[0].update=\(update)")
            let metrics = try whole.runToTheEnd()

            let stopped = try TinyTraining.trainer("losses[0].update=\(update)")
            try stopped.run(batches: 4)
            #expect(stopped.history.count == 1)
            try Checkpoint.save(stopped, to: path)

            let restored = try TinyTraining.trainer("losses[0].update=\(update)")
            try Checkpoint.restore(restored, from: path)
            #expect(TinyTraining.values(of: restored) == TinyTraining.values(of: stopped))
            #expect(try restored.runToTheEnd() == metrics)
            #expect(TinyTraining.values(of: restored) == TinyTraining.values(of: whole))
        }
    }

    @Test(arguments: [
        ["optimizers=[{ of: [backbone, head], name: adamw, amsgrad: true }, { of: [center], name: adamw }]"],
        ["optimizers[0].lookahead={ interval: 3, power: 1 }", "optimizers[1].lookahead={ interval: 2 }"],
    ])
    func whatOptimizersRememberComesBack(overrides: [String]) throws {
        func trainer() throws -> Trainer {
            try Trainer(
                Recipe(yaml: TinyTraining.text, source: "tiny", overrides: overrides), data: TinyTraining.data,
                device: .cpu)
        }
        try withScratchFolder { folder in
            let whole = try trainer()
            let metrics = try whole.runToTheEnd()
            let stopped = try trainer()
            try stopped.run(batches: 2)
            try Checkpoint.save(stopped, to: "\(folder)/checkpoint.safetensors")
            let restored = try trainer()
            try Checkpoint.restore(restored, from: "\(folder)/checkpoint.safetensors")
            #expect(try restored.runToTheEnd() == metrics)
            #expect(TinyTraining.values(of: restored) == TinyTraining.values(of: whole))
        }
    }

    @Test func anotherModelIsRefused() throws {
        try withScratchFolder { folder in
            let path = "\(folder)/checkpoint.safetensors"
            try Checkpoint.save(TinyTraining.trainer(), to: path)
            let wider = try TinyTraining.trainer("backbone.embedding=3")
            expectRefusal(path, "shape") { try Checkpoint.restore(wider, from: path) }
            let without = try TinyTraining.trainer(
                "losses=[]", "optimizers=[{ of: [backbone, head], name: adamw }]")
            expectRefusal(path, "center.centers", "no such part") { try Checkpoint.restore(without, from: path) }
        }
    }

    /// Whatever value of the model or of the epoch is left out, it is refused.
    @Test func whatIsMissingIsNamed() throws {
        try withScratchFolder { folder in
            let trainer = try TinyTraining.trainer()
            try trainer.run(batches: 1)
            try Checkpoint.save(trainer, to: "\(folder)/whole.safetensors")
            let whole = try SafetensorsFile(path: "\(folder)/whole.safetensors")
            for name in whole.names where !name.hasPrefix("optimizer.") {
                var tensors = try whole.tensors()
                tensors[name] = nil
                let path = "\(folder)/part.safetensors"
                try SafetensorsFile.write(tensors, metadata: whole.metadata, to: path)
                let other = try TinyTraining.trainer()
                #expect(throws: UserFacingError.self, "\(name)") { try Checkpoint.restore(other, from: path) }
            }
        }
    }
}
