import Foundation
import MetricLearning
import NeuralNetwork
import Testing
import TestSupport
import Torch

/// Values that public implementations give for five embeddings and three proxies in the plane: `golden.json`.
@Suite(.noLeaks) struct GoldenPairLossTests {
    private static let rows: [(name: String, settings: Setting)] = {
        let values = (try? Fixture.json("golden.json"))?["values"]?.object ?? [:]
        let names = values.keys.sorted().filter { values[$0]?["loss"] != nil }
        return names.map { (name: $0, settings: values[$0] ?? .none) }
    }()

    private static let labels: [Int64] = [0, 0, 1, 1, 2]

    private static func polar(_ degrees: [Double], _ norms: [Double], shape: [Int]? = nil) -> Tensor {
        let values = zip(degrees, norms).flatMap { (degrees: Double, norm: Double) -> [Double] in
            let angle = degrees * Double.pi / 180
            return [norm * cos(angle), norm * sin(angle)]
        }
        return Tensor(values, shape: shape ?? [degrees.count, 2])
    }

    private static var embeddings: Tensor { polar([0, 20, 40, 60, 80], [1, 2, 3, 4, 5]) }

    @Test func theTableIsThere() {
        #expect(Self.rows.count >= 15)
    }

    /// Printed with 12 digits.
    @Test(arguments: rows.map(\.name)) func valueIsTheTables(name: String) throws {
        let settings = try #require(Self.rows.first { $0.name == name }?.settings)
        let given = settings["given"]?.bool == true
        let miner: (any Miner)? = given ? GivenTriplets(triplets: Tensor([0, 1, 2] as [Int64], shape: [1, 3])) : nil
        let loss = try PairLossSettings(settings: settings).make(classes: 3, embedding: 2, miner: miner)
        if let name = loss.namedParameters().first?.name {
            let proxies =
                name == "centers"
                ? Self.polar([10, 15, 50, 55, 100, 95], [0.5, 0.5, 1, 1, 2, 2], shape: [3, 2, 2])
                : Self.polar([10, 50, 100], [0.5, 1, 2])
            try loss.load([name: proxies], from: "the test")
        }
        let value = loss(Self.embeddings, Tensor(Self.labels)).value.item()
        expectEqual(value, try #require(settings["value"]?.number), absolute: 1e-12, relative: 1e-11)
    }

    /// Two negative pairs lie at exactly 60 degrees, so rounding decides whether their zero counts: any of the three.
    @Test func contrastiveAtItsMargin() {
        let value = ContrastiveLoss()(Self.embeddings, Tensor(Self.labels)).value.item()
        #expect([0.669194417, 0.722844094, 0.797953641].contains { abs($0 - value) < 1e-8 })
    }

    /// Support of the first and third embedding, queries the second and fourth.
    @Test func prototypical() {
        let order = Tensor([0, 2, 1, 3] as [Int64])
        let loss = PrototypicalLoss(shots: 1)(
            Self.embeddings.gathered(order), Tensor(Self.labels).gathered(order))
        expectEqual(loss.value.item(), 0.24038087093, absolute: 1e-11)
    }

    @Test func theAngularMarginIsAnAngle() throws {
        let triplets = GivenTriplets(triplets: Tensor([0, 1, 2] as [Int64], shape: [1, 3]))
        let loss = TripletMarginLoss(angularMargin: .degrees(0.35 * 180 / .pi), miner: triplets)
        expectEqual(loss(Self.embeddings, Tensor(Self.labels)).value.item(), 0.000934149601134, absolute: 1e-14)
    }
}
