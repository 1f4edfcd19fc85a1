import MetricLearning
import NeuralNetwork
import Randomness
import Testing
import TestSupport
import Torch

/// A table of values that public programs gave in float64 for one small input, all angles and lengths of which are round.
///
/// pytorch-metric-learning (ArcFace, CosFace, SubCenterArcFace, SphereFace, NormSoftmax), arcface-pytorch (s = 30 and the
/// annealed SphereFace), and the authors' code of AdaFace, MagFace and CurricularFace, run once under PyTorch 2.13.
@Suite(.noLeaks) struct GoldenHeadTests {
    private let labels = Tensor([0, 0, 1, 1, 2] as [Int64])

    private func vectors(_ degrees: [Double], _ lengths: [Double]) -> Tensor {
        let rows = zip(degrees, lengths).flatMap { degree, length -> [Double] in
            let angle = Tensor(Angle.degrees(degree).radians)
            return [angle.cosine().item() * length, angle.sine().item() * length]
        }
        return Tensor(rows, shape: [degrees.count, 2])
    }

    private var embeddings: Tensor { vectors([0, 20, 40, 60, 80], [1, 2, 3, 4, 5]) }
    private var weight: Tensor { vectors([10, 50, 100], [0.5, 1, 2]) }

    private func expect(
        _ value: Double, _ sourceLocation: SourceLocation = #_sourceLocation, weight: Tensor? = nil,
        _ make: (inout SeededGenerator) -> any ClassifierHead
    ) throws {
        var generator = SeededGenerator(seed: 1)
        let head = make(&generator).to(.float64)
        try head.setWeight(weight ?? self.weight)
        expectEqual(
            head.loss(embeddings, labels).value.item(), value, absolute: 6e-10, sourceLocation: sourceLocation)
    }

    @Test func softmaxes() throws {
        try expect(1.083598628) { SoftmaxHead(classes: 3, embedding: 2, bias: false, using: &$0) }
        try expect(0.079758174) { NormSoftmaxHead(classes: 3, embedding: 2, using: &$0) }
        try expect(0.117066551) { NormSoftmaxHead(classes: 3, embedding: 2, scale: 16, using: &$0) }
        try expect(3.610392558) { L2SoftmaxHead(classes: 3, embedding: 2, bias: false, using: &$0) }
    }

    @Test func margins() throws {
        try expect(4.848662737) { ArcFaceHead(classes: 3, embedding: 2, margin: .degrees(28.6), using: &$0) }
        for overflow in MarginOverflow.allCases {
            try expect(2.386657962) {
                ArcFaceHead(classes: 3, embedding: 2, scale: 30, overflow: overflow, using: &$0)
            }
        }
        try expect(11.332332758) { CosFaceHead(classes: 3, embedding: 2, using: &$0) }
        try expect(6.806112601) { CosFaceHead(classes: 3, embedding: 2, scale: 30, margin: 0.4, using: &$0) }
        try expect(8.957978823) { CombinedMarginHead(classes: 3, embedding: 2, using: &$0) }
        try expect(8.482714326) {
            CombinedMarginHead(
                classes: 3, embedding: 2, multiplier: 0.9, angle: .radians(0.4), cosine: 0.15, using: &$0)
        }
        try expect(0.037263710) {
            CombinedMarginHead(classes: 3, embedding: 2, multiplier: 1.35, angle: .radians(0), cosine: 0, using: &$0)
        }
        try expect(4.444516576, weight: vectors([10, 15, 50, 55, 100, 95], [1, 2, 3, 1, 2, 3])) {
            SubCenterArcFaceHead(classes: 3, embedding: 2, centers: 2, margin: .degrees(28.6), using: &$0)
        }
    }

    /// The first call of the annealed form has lambda = 1000 / 1.12.
    @Test func sphereFace() throws {
        try expect(1.459842754) { SphereFaceHead(classes: 3, embedding: 2, form: .annealed(.none), using: &$0) }
        try expect(0.624523119) { SphereFaceHead(classes: 3, embedding: 2, using: &$0) }
    }

    @Test func headsWithState() throws {
        var generator = SeededGenerator(seed: 1)
        let ada = AdaFaceHead(classes: 3, embedding: 2, using: &generator)
        try expect(13.317559956) { _ in ada }
        expectEqual(try #require(ada.state()["length_mean"]).item(), 19.83, relative: 1e-12)
        expectEqual(try #require(ada.state()["length_deviation"]).item(), 99.015811388, absolute: 6e-10)
        let curricular = CurricularFaceHead(classes: 3, embedding: 2, using: &generator)
        try expect(1.401649778) { _ in curricular }
        expectEqual(try #require(curricular.state()["progress"]).item(), 0.009757848, absolute: 1e-9)
    }

    @Test(arguments: [0.0, 1, 35]) func magFace(regularisation: Double) throws {
        try expect(6.397289460 + regularisation * 0.4866666666667) {
            MagFaceHead(classes: 3, embedding: 2, lengths: 1...10, regularisation: regularisation, using: &$0)
        }
    }

    @Test func regularisers() throws {
        var generator = SeededGenerator(seed: 1)
        let head = NormSoftmaxHead(classes: 3, embedding: 2, using: &generator).to(.float64)
        try head.setWeight(weight)
        expectEqual(IntraLoss(of: head)(embeddings, labels).value.item(), 0.066666667, absolute: 6e-10)
        expectEqual(InterLoss(of: head)(embeddings, labels).value.item(), -0.322222222, absolute: 6e-10)
    }
}
