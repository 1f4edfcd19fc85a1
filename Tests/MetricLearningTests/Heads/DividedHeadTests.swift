import NeuralNetwork
import Randomness
import TestSupport
import Testing
import Torch

@testable import MetricLearning

/// A head whose class vectors are divided over a group of one process is the head; several real processes are in the tests of
/// the command.
@Suite(.noLeaks) struct DividedHeadTests {
    private static let heads: [(String, @Sendable (inout SeededGenerator) -> any ManyClassHead)] = [
        ("arcface", { ArcFaceHead(classes: 9, embedding: 4, scale: 8, margin: .radians(0.2), using: &$0) }),
        ("cosface", { CosFaceHead(classes: 9, embedding: 4, scale: 8, margin: 0.2, using: &$0) }),
        ("norm-softmax", { NormSoftmaxHead(classes: 9, embedding: 4, scale: 8, using: &$0) }),
        ("combined-margin", { CombinedMarginHead(classes: 9, embedding: 4, scale: 8, using: &$0) }),
        ("adaface", { AdaFaceHead(classes: 9, embedding: 4, scale: 8, using: &$0) }),
        ("magface", { MagFaceHead(classes: 9, embedding: 4, scale: 8, using: &$0) }),
        (
            "elasticface",
            {
                ElasticFaceHead(classes: 9, embedding: 4, using: &$0)
            }
        ),
    ]

    @Test(arguments: heads.map(\.0), [DType.float32, .float64])
    func aHeadInOnePartIsTheHead(name: String, dtype: DType) throws {
        try aHeadInOnePartIsTheHead(name: name, dtype: dtype, labelSmoothing: 0)
    }

    @Test(arguments: [DType.float32, .float64]) func aSmoothedHeadInOnePartIsTheHead(dtype: DType) throws {
        try aHeadInOnePartIsTheHead(name: "arcface", dtype: dtype, labelSmoothing: 0.2)
    }

    private func aHeadInOnePartIsTheHead(name: String, dtype: DType, labelSmoothing: Double) throws {
        let make = try #require(Self.heads.first { $0.0 == name }?.1)
        let store = try MeetingStore(host: "127.0.0.1", port: 0, serves: true, timeout: 20)
        let group = try ProcessGroup(
            meetingIn: store, rank: 0, size: 1, address: "127.0.0.1", timeout: 20, name: "head-\(name)-\(dtype)")
        func run(divided: Bool) throws -> [Tensor] {
            var generator = SeededGenerator(seed: 4)
            let head = make(&generator)
            head.labelSmoothing = labelSmoothing
            head.to(dtype)
            if divided { head.divide(over: group) }
            let embeddings = Tensor.normal([6, 4], using: &generator).to(dtype).requiringGradient()
            let loss = head.loss(embeddings, Tensor([0, 8, 3, 3, 5, 1] as [Int64]))
            loss.backward()
            return [
                loss.value.detached(), try #require(loss.predictions), try #require(embeddings.gradient),
                try #require(head.weight.gradient),
            ]
        }
        for (alone, part) in zip(try run(divided: false), try run(divided: true)) {
            expectEqual(part, alone, relative: dtype == .float64 ? 1e-14 : 1e-6)
        }
    }

    @Test func predictionsAreTheNearestVectors() {
        var generator = SeededGenerator(seed: 6)
        for (_, make) in Self.heads {
            let head = make(&generator)
            let embeddings = Tensor.normal([30, 4], using: &generator)
            let labels = Tensor((0..<30).map { Int64($0 % 9) })
            let loss = head.loss(embeddings, labels)
            #expect(
                loss.predictions?.array(of: Int64.self)
                    == head.logits(embeddings).argumentMaximum(along: 1).array(of: Int64.self))
        }
    }
}
