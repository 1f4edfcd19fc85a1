import Files
import NeuralNetwork
import TestSupport
import Testing
import Torch

@testable import Training

@Suite(.noLeaks) struct FreezingTests {
    /// The names of what an epoch changed.
    private func changes(in trainer: Trainer, _ body: () throws -> Void) throws -> Set<String> {
        let before = TinyTraining.values(of: trainer)
        try body()
        return Set(TinyTraining.values(of: trainer).filter { $0.value != before[$0.key] }.map(\.key))
    }

    @Test func aPartIsFrozenThenLearns() throws {
        let trainer = try TinyTraining.trainer("frozen=[{ of: [backbone.conv1_1, head], until: 2 }]")
        let first = try changes(in: trainer) { try trainer.run(batches: 3) }
        #expect(!first.contains { $0.hasPrefix("backbone.conv1_1.") || $0.hasPrefix("head.") })
        #expect(first.contains("backbone.conv1_2.weight") && first.contains("center.centers"))
        let second = try changes(in: trainer) { try trainer.run(batches: 3) }
        #expect(second.isSuperset(of: ["backbone.conv1_1.weight", "head.weight"]))
    }

    /// Nor do those class vectors learn that are drawn for a step.
    @Test func aSampledHeadIsFrozen() throws {
        let trainer = try TinyTraining.trainer(
            "head={name: arcface, scale: 8, margin: 0.1, sample: {rate: 0.5}}", "losses=[]",
            "optimizers=[{of: [backbone, head], name: sgd, learningRate: 0.01, weightDecay: 0.1}]",
            "frozen=[{ of: [head], until: 2 }]")
        let first = try changes(in: trainer) { try trainer.run(batches: 3) }
        #expect(!first.isEmpty && !first.contains { $0.hasPrefix("head.") })
        let second = try changes(in: trainer) { try trainer.run(batches: 3) }
        #expect(second.contains("head.weight"))
    }

    /// A part that two entries name is frozen as long as one of them says so.
    @Test func entriesOverlap() throws {
        let trainer = try TinyTraining.trainer("frozen=[{ of: [backbone] }, { of: [backbone.conv1_1], until: 2 }]")
        let changed = try changes(in: trainer) { try trainer.runToTheEnd() }
        #expect(changed == ["center.centers", "head.weight", "head.bias"])
    }

    /// The numbers of a training that was never stopped.
    @Test func aTrainingThatGoesOnFreezesAgain() throws {
        let frozen = "frozen=[{ of: [backbone.conv1_1], until: 2 }]"
        let whole = try TinyTraining.trainer(frozen)
        try whole.runToTheEnd()
        try withScratchFolder { folder in
            let stopped = try TinyTraining.trainer(frozen)
            try stopped.run(batches: 2)
            try Checkpoint.save(stopped, to: "\(folder)/last.safetensors")
            let resumed = try TinyTraining.trainer(frozen)
            try Checkpoint.restore(resumed, from: "\(folder)/last.safetensors")
            try resumed.runToTheEnd()
            #expect(TinyTraining.values(of: resumed) == TinyTraining.values(of: whole))
        }
    }

    @Test func wrongNamesAreRefused() throws {
        func refuses(_ frozen: String, _ parts: String...) {
            let error = #expect(throws: UserFacingError.self) {
                try TinyTraining.trainer("frozen=\(frozen)").runToTheEnd()
            }
            for part in parts { #expect("\(error.map { "\($0)" } ?? "")".contains(part), "\(part): \("\(error!)")") }
        }
        refuses("[{ of: [backbone.conv1_3] }]", "frozen[0].of", "no backbone.conv1_3", "backbone.conv1_")
        refuses("[{ of: [backbone.conv1_1.wait] }]", "backbone.conv1_1.weight, for one")
        refuses("[{ of: [spine] }]", "no spine", "it has backbone, head, center")
        refuses("[{ of: [backbone, head, center] }]", "nothing is left that learns in epoch 1", "until")
        refuses("[{ of: [head], until: 1 }]", "frozen[0].until", "an epoch above 1")
        refuses("[{ of: [] }]", "frozen[0].of", "a list of names")
        refuses("[{ off: [head] }]", "frozen[0].off")
    }

    // MARK: Weights

    /// A bundle's backbone is taken, and its head is not.
    @Test func weightsComeFromABundle() throws {
        try withScratchFolder { folder in
            let donor = try TinyTraining.trainer("seed=7")
            try ModelBundle.save(donor, channels: 1, height: 28, width: 28, to: "\(folder)/model.safetensors")
            let trainer = try TinyTraining.trainer("weights.file=\(folder)/model.safetensors")
            let head = TinyTraining.values(of: trainer)["head.weight"]
            let report = try #require(try trainer.loadWeights())
            #expect(report.missing.isEmpty && report.unexpected.isEmpty)
            #expect(report.loaded.count == trainer.model.backbone.state().count)
            let (values, given) = (TinyTraining.values(of: trainer), TinyTraining.values(of: donor))
            for (name, numbers) in values where name.hasPrefix("backbone.") { #expect(numbers == given[name]) }
            #expect(values["head.weight"] == head && head != given["head.weight"])
        }
    }

    @Test func onlyWhatFitsIsTakenWhenAsked() throws {
        try withScratchFolder { folder in
            let path = "\(folder)/part.safetensors"
            var tensors = try TinyTraining.trainer("seed=7").model.backbone.state()
            let count = tensors.count
            tensors["conv1_1.bias"] = nil
            tensors["conv1_2.weight"] = .zeros([3, 2])
            try SafetensorsFile.write(tensors, to: path)
            let error = #expect(throws: UserFacingError.self) {
                try TinyTraining.trainer("weights.file=\(path)").loadWeights()
            }
            #expect("\(error!)".contains("conv1_1.bias: it is missing") && "\(error!)".contains("strict: false"))
            let report = try TinyTraining.trainer("weights={ file: \(path), strict: false }").loadWeights()
            #expect(report?.missing == ["conv1_1.bias"] && report?.loaded.count == count - 2)
        }
    }
}
