import Testing
import TestSupport
import Torch

@testable import Training

/// Every kind of head and loss that a recipe can name trains, and is saved and put back whole.
@Suite(.noLeaks) struct KindTests {
    @Test(arguments: HeadRecipe.kinds.map { $0.name }) func headsTrainFromARecipe(name: String) throws {
        // A head that teaches nothing stands beside a loss that does, and has nothing to train.
        let teaches = name != "nearest-mean"
        try expectTraining(
            "optimizers=[{of: [\(teaches ? "backbone, head" : "backbone")], name: sgd, learningRate: 0.01}]",
            "head={name: \(name)}", "losses=[{name: triplet}]")
    }

    @Test(arguments: LossRecipe.kinds.map { $0.name }) func lossesTrainFromARecipe(name: String) throws {
        let needsOptimizer = ["center", "proxy-nca", "proxy-anchor", "soft-triple"].contains(name)
        try expectTraining(
            "head={name: norm-softmax}", "losses=[{name: \(name), weight: 0.5}]",
            "optimizers[1].of=[\(needsOptimizer ? name : "head")]",
            "optimizers[0].of=[\(needsOptimizer ? "backbone, head" : "backbone")]")
    }

    @Test(arguments: MinerRecipe.kinds.map { $0.name }) func minersTrainFromARecipe(name: String) throws {
        try expectTraining(Self.triplet("miner: {name: \(name)}"), Self.withoutHead, Self.backboneAlone)
    }

    @Test(arguments: DistanceSetting.allCases) func distancesTrainFromARecipe(distance: DistanceSetting) throws {
        try expectTraining(
            Self.triplet("distance: \(distance.rawValue), reducer: sum, memory: 32"), Self.withoutHead,
            Self.backboneAlone)
    }

    /// Of the ten classes of the 20 images each has two.
    @Test(arguments: [
        "{name: shuffled}", "{name: per-class, perClass: 2}", "{name: balanced}",
        "{name: hierarchical, members: [[\"0\", \"1\", \"2\", \"3\"], [\"4\", \"5\", \"6\"], [\"7\", \"8\", \"9\"]], perClass: 2}",
        "{name: episodic, ways: 4, shots: 1, queries: 1, episodes: 3}",
    ])
    func samplersTrainFromARecipe(sampler: String) throws {
        try expectTraining(
            "data.sampler=\(sampler)", Self.backboneAlone, "losses=[{name: prototypical, shots: 1}]",
            Self.withoutHead)
    }

    @Test func everySamplerIsTried() {
        #expect(SamplerRecipe.kinds.count == 5)
    }

    private static let withoutHead = "head={name: nearest-mean}"
    private static let backboneAlone = "optimizers=[{of: [backbone], name: sgd, learningRate: 0.01}]"

    private static func triplet(_ settings: String) -> String { "losses=[{name: triplet, \(settings)}]" }

    private func expectTraining(_ overrides: String...) throws {
        let recipe = try Recipe(
            yaml: TinyTraining.text, source: "tiny",
            overrides: overrides + ["epochs=1", "backbone.embedding=8", "gradientLimit=5"])
        let again = try Recipe(yaml: recipe.yaml(), source: "written out")
        #expect(try again.yaml() == recipe.yaml())
        let trainer = try Trainer(recipe, data: TinyTraining.data, device: .cpu)
        let before = TinyTraining.values(of: trainer)
        try trainer.runToTheEnd()
        #expect(trainer.history.allSatisfy { $0.trainLoss.isFinite && $0.test.loss?.isFinite == true })
        #expect(trainer.model.firstNonFinite == nil)
        #expect(TinyTraining.values(of: trainer) != before)
        try withScratchFolder { folder in
            try Checkpoint.save(trainer, to: "\(folder)/checkpoint.safetensors")
            let other = try Trainer(recipe, data: TinyTraining.data, device: .cpu)
            try Checkpoint.restore(other, from: "\(folder)/checkpoint.safetensors")
            #expect(TinyTraining.values(of: other) == TinyTraining.values(of: trainer))
        }
    }
}
