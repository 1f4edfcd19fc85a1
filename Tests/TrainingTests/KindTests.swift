import Testing
import TestSupport
import Torch

@testable import Training

/// Every kind of head and loss that a recipe can name trains, and is saved and put back whole.
@Suite(.noLeaks) struct KindTests {
    @Test(arguments: HeadRecipe.kinds.map { $0.name }) func headsTrainFromARecipe(name: String) throws {
        try expectTraining("head={name: \(name)}")
    }

    @Test(arguments: LossRecipe.kinds.map { $0.name }) func lossesTrainFromARecipe(name: String) throws {
        let needsOptimizer = ["center", "proxy-nca", "proxy-anchor", "soft-triple"].contains(name)
        try expectTraining(
            "losses=[{name: \(name), weight: 0.5}]",
            "optimizers[1].of=[\(needsOptimizer ? name : "head")]",
            "optimizers[0].of=[\(needsOptimizer ? "backbone, head" : "backbone")]")
    }

    private func expectTraining(_ overrides: String...) throws {
        let recipe = try Recipe(
            yaml: TinyTraining.text, source: "tiny",
            overrides: overrides + ["epochs=1", "backbone.embedding=8", "gradientLimit=5"])
        let again = try Recipe(yaml: recipe.yaml(), source: "written out")
        #expect(try again.yaml() == recipe.yaml())
        let trainer = try Trainer(recipe, data: TinyTraining.data, device: .cpu)
        let before = TinyTraining.values(of: trainer)
        try trainer.runToTheEnd()
        #expect(trainer.history.allSatisfy { $0.trainLoss.isFinite && $0.testLoss.isFinite })
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
