import NeuralNetwork
import TestSupport
import Testing
import Torch

@testable import Training

/// Whether the learning rates of a recipe's schedule reach the optimizer at the right batches; 3 batches make an epoch.
@Suite(.noLeaks) struct ScheduleTests {
    private func rates(_ schedule: String, _ overrides: String...) throws -> [Double] {
        let recipe = try Recipe(
            yaml: TinyTraining.text, source: "tiny",
            overrides: ["optimizers[0].learningRate=0.1", "optimizers[0].schedule=\(schedule)"] + overrides)
        let trainer = try Trainer(recipe, data: TinyTraining.data, device: .cpu)
        var rates: [Double] = []
        _ = try trainer.run { event in
            if case .batch = event { rates.append(trainer.optimizers[0].groups[0].learningRate) }
        }
        #expect(trainer.optimizers[1].groups[0].learningRate == 0.5)
        return rates
    }

    private func expectClose(_ rates: [Double], _ expected: [Double]) {
        #expect(rates.count == expected.count)
        // Both sides are a few operations in double precision.
        for (rate, expected) in zip(rates, expected) { #expect(abs(rate - expected) <= 1e-12, "\(rates)") }
    }

    @Test func byEpoch() throws {
        expectClose(try rates("{ name: step, every: 1, factor: 0.5 }"), [0.1, 0.1, 0.1, 0.05, 0.05, 0.05])
    }

    @Test func byIteration() throws {
        expectClose(
            try rates("{ name: step, every: 2, factor: 0.5, by: iteration }"), [0.1, 0.1, 0.05, 0.05, 0.025, 0.025])
    }

    /// `torch.optim.lr_scheduler.OneCycleLR(SGD(p, lr=0.1), max_lr=0.1, total_steps=6, cycle_momentum=False)`
    @Test func oneCycleSpansAllBatches() throws {
        expectClose(
            try rates("{ name: onecycle }", "optimizers[0].momentum=0"),
            [
                0.0040000000000000036, 0.09944154354509119, 0.0811745653949763, 0.046263710266697504,
                0.01334775301888306, 4e-07,
            ])
    }

    /// `torch.optim.lr_scheduler.CosineAnnealingLR(SGD(p, lr=0.1), 6)`
    @Test func cosineSpansAllBatches() throws {
        expectClose(
            try rates("{ name: cosine, by: iteration }"),
            [0.1, 0.09330127018922195, 0.07500000000000001, 0.05, 0.025000000000000012, 0.006698729810778065])
    }

    @Test func theMetricsNameTheLastRate() throws {
        let trainer = try TinyTraining.trainer("optimizers[0].schedule={ name: step, every: 1, factor: 0.5 }")
        #expect(try trainer.runToTheEnd().map(\.learningRate) == [0.01, 0.005])
    }
}
