import Datasets
import Files
import TestSupport
import Testing
import Torch

@testable import Training

@Suite(.noLeaks) struct TrainerTests {
    @Test func theSameSeedGivesTheSameBits() throws {
        let first = try TinyTraining.trainer()
        let second = try TinyTraining.trainer()
        #expect(try first.runToTheEnd() == second.runToTheEnd())
        #expect(TinyTraining.values(of: first) == TinyTraining.values(of: second))
        let other = try TinyTraining.trainer("seed=1")
        #expect(try other.runToTheEnd() != first.history.map(\.withoutTimes))
    }

    @Test func everyBatchAndEpochIsTold() throws {
        let trainer = try TinyTraining.trainer()
        var told: [String] = []
        _ = try trainer.run { event in
            switch event {
            case .batch(let step): told.append("\(step.epoch): \(step.done)/\(step.total)")
            case .broken: Issue.record("images in memory cannot be broken")
            case .learned: told.append("learned")
            case .epoch(let metrics, let test):
                told.append("epoch \(metrics.epoch)")
                #expect(test.labels == TinyTraining.splits.test.labels)
                #expect(test.values.count == 24 && test.dimension == 2)
                #expect(test.centers?.count == 20)
            }
        }
        #expect(
            told == [
                "1: 8/20", "1: 16/20", "1: 20/20", "learned", "epoch 1",
                "2: 8/20", "2: 16/20", "2: 20/20", "learned", "epoch 2",
            ])
    }

    /// Each rule moves the centres; they stay finite and come out of the run's events.
    @Test(arguments: ["gradient", "paper", "movingAverage"])
    func theCentresMove(update: String) throws {
        let trainer = try TinyTraining.trainer("losses[0].update=\(update)", "epochs=1")
        let before = try #require(TinyTraining.values(of: trainer)["center.centers"])
        try trainer.runToTheEnd()
        let after = try #require(TinyTraining.values(of: trainer)["center.centers"])
        #expect(before.count == 20)
        #expect(zip(before, after).allSatisfy { $0 != $1 && $1.isFinite })
    }

    /// The backbone then learns as if there were no center loss, while the centres still follow.
    @Test func aWeightOfZeroLeavesTheBackboneAlone() throws {
        let with = try TinyTraining.trainer("losses[0].weight=0")
        let without = try TinyTraining.trainer(
            "losses=[]", "optimizers=[{ of: [backbone, head], name: sgd, learningRate: 0.01, momentum: 0.9 }]")
        let centres = TinyTraining.values(of: with)["center.centers"]
        try with.runToTheEnd()
        try without.runToTheEnd()
        var values = TinyTraining.values(of: with)
        #expect(values.removeValue(forKey: "center.centers") != centres)
        #expect(values == TinyTraining.values(of: without))
    }

    /// After the one step of the epoch, which is taken on a finite loss, nothing is finite any more.
    @Test func aNumberThatIsNoneIsFoundWhileMeasuring() throws {
        let trainer = try TinyTraining.trainer("data.batch=20", "optimizers[0].learningRate=1e30")
        expectRefusal("tiny: epoch 1, measuring", "learningRate") { try trainer.runToTheEnd() }
        #expect(trainer.history.isEmpty)
    }

    @Test func aNumberThatIsNoneIsFoundWhileLearning() throws {
        let trainer = try TinyTraining.trainer("optimizers[0].learningRate=1e30")
        expectRefusal("tiny: epoch 1, batch 2: ", "learningRate", "gradientLimit") { try trainer.runToTheEnd() }
    }

    @Test func imagesOfAnotherSizeAreRefused() throws {
        let small = try ImageDataset(
            name: "small", channels: 1, height: 8, width: 8, pixels: [UInt8](repeating: 0, count: 64), labels: [0],
            classNames: ["a"])
        expectRefusal("small: image size: is 8 x 8", "28 x 28") {
            _ = try Trainer(
                TinyTraining.recipe(), data: TrainingData(DatasetSplits(train: small, test: small)), device: .cpu)
        }
    }

    /// Of images of 28 x 28 the last stage of a ResNet sees one place, of which one image has no deviation.
    @Test(arguments: [
        "batch: 1",
        """
        batch: 8, sampler: {name: hierarchical, members: [["0", "1", "2", "3", "4"], ["5", "6", "7", "8", "9"]],
        groups: 1, classesPerGroup: 1, perClass: 1}
        """,
    ])
    func batchesOfOneImageAreRefused(data: String) {
        expectRefusal("data.batch", "a batch has one image") {
            _ = try TinyTraining.trainer("data={set: strokes, \(data)}", "backbone={name: resnet18}")
        }
    }

    @Test(arguments: ["data.mean=[0.1, 0.2]", "data.deviation=[1, 1, 1]", "data.mean=[]"])
    func numbersForOtherChannelsAreRefused(override: String) {
        expectRefusal("channels") { _ = try TinyTraining.trainer(override) }
    }
}
