import Evaluation
import TestSupport
import Testing
import Torch

@testable import Training

@Suite(.noLeaks) struct EpochProgressTests {
    private func twoBatches() -> EpochProgress {
        var progress = EpochProgress()
        progress.add(
            loss: Tensor(Float(1)), predictions: Tensor([Int64(0), 1, 2]), labels: Tensor([Int64(0), 1, 1]),
            planned: 3)
        progress.add(loss: Tensor(Float(3)), predictions: Tensor([Int64(2)]), labels: Tensor([Int64(2)]), planned: 1)
        return progress
    }

    @Test func theLossIsThatOfTheMeanImage() {
        var progress = twoBatches()
        let isFinite = progress.settle()
        #expect(isFinite)
        #expect(progress.batches == 2)
        #expect(progress.count == 4)
        // (3 * 1 + 1 * 3) / 4
        #expect(progress.meanLoss == 1.5)
        #expect(progress.report(classes: 3).accuracy == 0.75)
    }

    @Test(arguments: [Float.nan, .infinity, -.infinity])
    func aLossThatIsNoNumberIsTold(loss: Float) {
        var progress = twoBatches()
        progress.add(loss: Tensor(loss), predictions: Tensor([Int64(0)]), labels: Tensor([Int64(0)]), planned: 1)
        let isFinite = progress.settle()
        #expect(!isFinite)
    }

    @Test func nothingSeenIsNoLoss() {
        var progress = EpochProgress()
        let isFinite = progress.settle()
        #expect(isFinite)
        #expect(progress.meanLoss == 0)
    }

    @Test func theStateComesBack() throws {
        var progress = twoBatches()
        _ = progress.settle()
        let back = try #require(EpochProgress(state: progress.state, classes: 3))
        #expect(back.batches == 2)
        #expect(back.meanLoss == 1.5)
        #expect(back.report(classes: 3) == progress.report(classes: 3))
    }

    @Test(arguments: ["batches", "lossSum", "predictions", "labels"])
    func aStateThatCannotBeIsNone(name: String) {
        var progress = twoBatches()
        _ = progress.settle()
        var state = progress.state
        state[name] = nil
        #expect(EpochProgress(state: state, classes: 3) == nil)
        // Another type, another shape, and out of range.
        for tensor in [Tensor([Float(1)]), Tensor([Int64(1), 2, 0, 1, 2], shape: [5, 1]), Tensor([Int64(-1)])] {
            state[name] = tensor
            #expect(EpochProgress(state: state, classes: 3) == nil)
        }
    }
}
