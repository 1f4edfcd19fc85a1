import MetricLearning
import NeuralNetwork
import Testing
import TestSupport
import Torch

/// Every case of `center_loss.safetensors` under each rule: five steps, computed in float64 from the stored inputs.
@Suite(.noLeaks) struct CenterLossFixtureTests {
    enum Rule: String, CaseIterable, Sendable {
        case paper, gradient, average

        func update(rate: Double) -> CenterLoss.Update {
            switch self {
            case .paper: .paper(rate: rate)
            case .gradient: .gradient
            case .average: .movingAverage(rate: rate)
            }
        }
    }

    private static let cases = (try? Fixture("center_loss"))?.cases ?? []

    @Test func theFixtureIsThere() {
        #expect(Self.cases.count >= 30)
    }

    /// Differences of neighbouring numbers are exact in any precision, and the rest is sums and products of them:
    /// float64 loses some of its 16 digits' last ones, float32 some of 1.2e-7. A centre is rounded to its own size.
    @Test(arguments: cases, Rule.allCases)
    func valueGradientAndCentersAreRight(item: Fixture.Case, rule: Rule) throws {
        let isDouble = item.settings["precision"]?.text == "float64"
        let tolerance = isDouble ? 1e-12 : 2e-6
        let weight = try #require(item.settings["weight"]?.number)
        let rate = try #require(item.settings["rates"]?[rule.rawValue]?.number)
        let start = try item.tensor("centers")
        let size = max(1e-30, start.absolute().maximum().item())
        let module = CenterLoss(centers: start.clone(), update: rule.update(rate: rate))
        let optimizer = SGD([module], learningRate: rate)
        let embeddings = try item.tensor("embeddings")
        let labels = try item.tensor("labels")
        for step in 0..<5 {
            let batch = embeddings[step].clone().requiringGradient()
            optimizer.clearGradients()
            let loss = module(batch, labels[step])
            (weight * loss).backward()
            if rule == .gradient { optimizer.step() }
            if step == 0 {
                expectEqual(loss.value.detached(), try item.tensor("\(rule).value"), relative: tolerance, "value")
                let expected = try item.tensor("\(rule).gradient")
                let greatest = expected.absolute().maximum().item()
                if let gradient = batch.gradient {
                    expectEqual(
                        gradient, expected, absolute: tolerance * greatest * 0.01, relative: tolerance, "gradient")
                }
                #expect(batch.gradient != nil)
            }
            if step == 0 || step == 4 {
                expectEqual(
                    module.classCenters, try item.tensor("\(rule).centers\(step + 1)"), absolute: tolerance * size,
                    relative: tolerance, "centres after step \(step + 1)")
            }
        }
    }
}
