import MetricLearning
import NeuralNetwork
import Testing
import TestSupport
import Torch

/// Every case of `pair_losses.safetensors`, computed in float64 from the stored inputs.
@Suite(.noLeaks) struct PairLossFixtureTests {
    private static let cases = (try? Fixture("pair_losses"))?.cases ?? []
    private static let ofBatches = cases.filter { $0.settings["loss"]?.text != "prototypical" }
    private static let episodes = cases.filter { $0.settings["loss"]?.text == "prototypical" }

    @Test func theFixtureIsThere() {
        #expect(Self.ofBatches.count >= 450 && Self.episodes.count >= 7)
    }

    /// Sums of up to a thousand terms, exponentials of up to 600: 1e-16 times some thousands. Gradients are sums of terms of up
    /// to 256, which may cancel to 0; at zero vectors they are up to 1e12, so the bound is relative to the largest.
    @Test(arguments: ofBatches) func valueAndGradients(item: Fixture.Case) throws {
        let embeddings = try item.tensor("embeddings", as: .float64).requiringGradient()
        let key = item.has("proxies") ? "proxies" : nil
        let proxies = try key.map { try item.tensor($0, as: .float64) }
        let miner: (any Miner)? = item.has("triplets") ? GivenTriplets(triplets: try item.tensor("triplets")) : nil
        let loss = try PairLossSettings(settings: item.settings).make(
            classes: proxies?.size(0) ?? 1, embedding: embeddings.size(1), miner: miner)
        if let proxies, let name = loss.namedParameters().first?.name {
            try loss.load([name: proxies], from: item.name)
        }
        let result = loss(embeddings, try item.tensor("labels"))
        result.backward()
        expectEqual(result.value.detached(), try item.tensor("value"), absolute: 1e-13, relative: 1e-12)
        let gradient = try #require(embeddings.gradient)
        #expect(gradient.isAllFinite)
        guard item.settings["gradients"]?.text == "stored" else { return }
        expectClose(gradient, try item.tensor("gradient.embeddings"))
        if item.has("gradient.proxies") {
            expectClose(
                try #require(loss.parameters.first?.gradient), try item.tensor("gradient.proxies"), "proxies")
        }
    }

    @Test(arguments: episodes) func episode(item: Fixture.Case) throws {
        let loss = try PairLossSettings(settings: item.settings).make()
        let support = try item.tensor("support", as: .float64).requiringGradient()
        let queries = try item.tensor("queries", as: .float64).requiringGradient()
        let labels = Tensor.concatenated([try item.tensor("support_labels"), try item.tensor("query_labels")])
        let result = loss(.concatenated([support, queries]), labels)
        result.backward()
        expectEqual(result.value.detached(), try item.tensor("value"), absolute: 1e-13, relative: 1e-12)
        expectClose(try #require(support.gradient), try item.tensor("gradient.support"))
        expectClose(try #require(queries.gradient), try item.tensor("gradient.queries"))
    }

    private func expectClose(
        _ actual: Tensor, _ expected: Tensor, _ what: String = "", sourceLocation: SourceLocation = #_sourceLocation
    ) {
        let largest = expected.count == 0 ? 0 : expected.absolute().maximum().item()
        expectEqual(
            actual, expected, absolute: 1e-13 + 1e-11 * largest, relative: 1e-10, what, sourceLocation: sourceLocation)
    }
}
