import Datasets
import TestSupport
import Testing
import Torch

@testable import Training

/// The best-known methods learn to tell drawn digits, each from a recipe of its own few words and in some seconds.
@Suite(.noLeaks, .serialized) struct LearningTests {
    private static let text = """
        name: method
        data: { set: strokes, batch: 64, train: 1600, test: 400 }
        backbone: { name: lenet++, embedding: 32 }
        head: { name: softmax }
        optimizers: [{ of: [backbone, head], name: adamw, learningRate: 0.002, schedule: { name: onecycle } }]
        gradientLimit: 5
        epochs: 3
        """

    private static let data = TrainingData(
        Strokes(classes: .digits, seed: 0).splits(train: 1600, test: 400))

    /// 97 % is a demand, not a reference: guessing has 10 %.
    @Test(arguments: [
        ["head={name: arcface, scale: 16, margin: 0.3}"],
        ["head={name: cosface, scale: 16, margin: 0.2}"],
        ["head={name: sphereface}"],
        ["head={name: l2-softmax}"],
        [
            "head={name: nearest-mean}", "losses=[{name: triplet, margin: 0.2}]",
            "data.sampler={name: per-class, perClass: 8}",
            "optimizers[0].of=[backbone]",
        ],
    ])
    func drawnDigitsAreTold(overrides: [String]) throws {
        let recipe = try Recipe(yaml: Self.text, source: "method", overrides: overrides)
        let trainer = try Trainer(recipe, data: Self.data, device: .cpu)
        try trainer.runToTheEnd()
        let accuracy = try #require(trainer.history.last?.test.score)
        #expect(accuracy >= 0.97)
    }
}
