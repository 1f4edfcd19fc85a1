import Backbones
import MetricLearning
import NeuralNetwork
import Randomness
import Testing
import TestSupport
import Torch

/// The experiment of `lenetplusplus.safetensors`: three steps of softmax and center loss, in float64.
@Suite(.noLeaks) struct LeNetPlusPlusTrainingTests {
    @Test func threeStepsAreTorchs() throws {
        let item = try Fixture("lenetplusplus")["lenetplusplus"]
        let run = try Experiment(item)
        let images = try item.closedForm(
            "images", shape: try #require(item.settings["input_shape"]?.list).compactMap(\.integer))
        try expectMoments(
            run.parameters.map(\.tensor) + [images], try item.tensor("start_moments"), names: run.names + ["images"],
            tolerance: 1e-12, "start")
        let labels = try item.tensor("labels")
        let steps = try #require(item.settings["steps"]?.integer)
        #expect(steps == 3)
        for index in 0..<steps {
            func expected(_ key: String) throws -> Tensor { try item.tensor(key)[index] }
            let before = run.parameters.map { $0.tensor.detached().clone() }
            let features = run.network(images)
            let logits = run.head.logits(features).detached()
            let entropy = run.head.loss(features, labels)
            let center = run.center(features, labels)
            let total = step(run.optimizers) { entropy + run.weight * center }
            let what = "step \(index)"
            // The same numbers added in another order, over 3200 products a convolution and three steps.
            expectEqual(features.detached(), try expected("features"), absolute: 1e-11, relative: 1e-11, what)
            expectEqual(logits, try expected("logits"), absolute: 1e-11, relative: 1e-11, what)
            expectEqual(entropy.value.detached(), try expected("cross_entropy"), relative: 1e-11, what)
            expectEqual(center.value.detached(), try expected("center_loss"), relative: 1e-11, what)
            expectEqual(total, try expected("loss"), relative: 1e-11, what)
            try expectMoments(
                run.parameters.map { try #require($0.gradient) }, try expected("gradient_moments"), names: run.names,
                tolerance: 1e-10, "\(what), gradients")
            try expectMoments(
                run.parameters.map(\.tensor), try expected("parameter_moments"), names: run.names, tolerance: 1e-12,
                "\(what), parameters")
            try expectMoments(
                zip(run.parameters, before).map { $0.tensor.detached() - $1 }, try expected("update_moments"),
                names: run.names, tolerance: 1e-9, "\(what), updates")
            expectEqual(run.center.classCenters, try expected("centers"), absolute: 1e-11, relative: 1e-11, what)
        }
    }

    /// Compares the sum and the sum of squares of each tensor. A sum may cancel, so it is as uncertain as the root of the
    /// number of elements times the sum of squares.
    private func expectMoments(
        _ tensors: [Tensor], _ expected: Tensor, names: [String], tolerance: Double, _ what: String
    ) throws {
        #expect(expected.shape == [tensors.count, 2])
        for (index, tensor) in tensors.enumerated() {
            let values = tensor.detached()
            let squares = expected[index][1].item()
            expectEqual(
                values.sum().item(), expected[index][0].item(),
                absolute: tolerance * (Double(values.count) * squares).squareRoot(), "\(what): sum of \(names[index])")
            expectEqual(
                values.squared().sum().item(), squares, relative: tolerance, "\(what): squares of \(names[index])")
        }
    }
}

/// The network, head, centres and optimizers as the fixture describes them.
private struct Experiment {
    let network: LeNetPlusPlus
    let head: SoftmaxHead
    let center: CenterLoss
    let optimizers: [any Optimizer]
    let weight: Double
    let names: [String]
    let parameters: [Parameter]

    init(_ item: Fixture.Case) throws {
        var generator = SeededGenerator(seed: 1)
        network = LeNetPlusPlus(using: &generator).to(.float64)
        head = SoftmaxHead(classes: 10, embedding: 2, bias: false, using: &generator).to(.float64)
        center = CenterLoss(centers: try item.closedForm("centers", shape: [10, 2]))
        let state = try network.state().reduce(into: [:]) { state, entry in
            state[entry.key] = try item.closedForm(entry.key, shape: entry.value.shape)
        }
        try network.load(state, from: item.name)
        try head.load(["weight": item.closedForm("ip2.weight", shape: [10, 2])], from: item.name)
        func setting(_ group: String, _ key: String) throws -> Double {
            try #require(item.settings[group]?[key]?.number, "\(group).\(key)")
        }
        optimizers = [
            SGD(
                [network, head], learningRate: try setting("network_sgd", "lr"),
                momentum: try setting("network_sgd", "momentum"),
                weightDecay: try setting("network_sgd", "weight_decay")),
            SGD([center], learningRate: try setting("center_sgd", "lr")),
        ]
        weight = try #require(item.settings["center_weight"]?.number)
        let order = try #require(item.settings["parameters"]?.list).compactMap(\.text)
        var all = Dictionary(uniqueKeysWithValues: network.namedParameters().map { ($0.name, $0.parameter) })
        all["ip2.weight"] = head.parameters.first
        all["centers"] = center.parameters.first
        names = order
        parameters = try order.map { try #require(all[$0], "\($0)") }
    }
}
