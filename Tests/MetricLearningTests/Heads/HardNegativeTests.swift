import Foundation
import MetricLearning
import NeuralNetwork
import Randomness
import TestSupport
import Testing
import Torch

/// A target whose margin takes it far below one of many other classes: the loss is about that class alone, wherever it stands.
@Suite(.noLeaks) struct HardNegativeTests {
    private static let classes = 100
    private static let label = 5
    private static let own = 0.8
    private static let hard = 0.53

    /// Class vectors whose cosines with the first axis are 0.8 for the label, 0.53 for one other class, and 0.
    private func weight(hard place: Int) -> Tensor {
        var rows = (0..<Self.classes).flatMap { _ in [0.0, 1.0] }
        for (row, cosine) in [(Self.label, Self.own), (place, Self.hard)] {
            rows[2 * row] = cosine
            rows[2 * row + 1] = (1 - cosine * cosine).squareRoot()
        }
        return Tensor(rows, shape: [Self.classes, 2])
    }

    /// The closed form in double numbers: log(1 + sum of e^(logit - target)). The logits differ by 5.1, their rounding in float32
    /// by 64 times 6e-8.
    @Test(arguments: [DType.float32, .float64], [Precision.fp32, .bf16])
    func theLossIsThatOfTheHardClass(dtype: DType, products: Precision) throws {
        let (scale, margin) = (64.0, 0.35)
        let target = scale * (Self.own - margin)
        let others = exp(scale * Self.hard - target) + Double(Self.classes - 2) * exp(-target)
        let expected = log1p(others)
        let pull = -scale * others / (1 + others)
        for place in [0, 4, 6, 20, 21, 22, 37, 53, 69, 85, 95, 96, 99] {
            var generator = SeededGenerator(seed: 1)
            let head = CosFaceHead(
                classes: Self.classes, embedding: 2, scale: scale, margin: margin, products: products, using: &generator
            )
            try head.load(["weight": weight(hard: place)], from: "test")
            head.to(dtype)
            let embeddings = Tensor([1.0, 0], shape: [1, 2]).to(dtype).requiringGradient()
            let loss = head.loss(embeddings, Tensor([Int64(Self.label)]))
            loss.backward()
            // bfloat16 keeps 8 bits of the cosines.
            let tolerance = products == .bf16 && dtype == .float32 ? 0.3 : 1e-4
            expectEqual(loss.value.item(), expected, absolute: tolerance, "\(place)")
            // Along the second axis: the target pulls by the sine of its class, the hard one pushes by its own.
            let sines = [Self.own, Self.hard].map { (1 - $0 * $0).squareRoot() }
            let gradient = try #require(embeddings.gradient)[0][1].item()
            let wanted = pull * sines[0] + scale * exp(scale * Self.hard - target) / (1 + others) * sines[1]
            expectEqual(gradient, wanted, absolute: products == .bf16 && dtype == .float32 ? 1 : 1e-3, "\(place)")
        }
    }

    /// A loss of 8e-7 still pulls as much as it pushes: along the second axis the gradient is that of the closed form.
    @Test(arguments: [16.0, 64]) func smallLossesPull(scale: Double) throws {
        let hard = Self.own - log(1 / 8e-7) / scale
        var rows = (0..<Self.classes).flatMap { _ in [-1.0, 0.0] }
        for (row, cosine) in [(Self.label, Self.own), (40, hard)] {
            rows[2 * row] = cosine
            rows[2 * row + 1] = (1 - cosine * cosine).squareRoot()
        }
        var generator = SeededGenerator(seed: 1)
        let head = NormSoftmaxHead(classes: Self.classes, embedding: 2, scale: scale, using: &generator)
        try head.load(["weight": Tensor(rows, shape: [Self.classes, 2])], from: "test")
        head.to(.float32)
        let embeddings = Tensor([1.0, 0], shape: [1, 2]).to(.float32).requiringGradient()
        head.loss(embeddings, Tensor([Int64(Self.label)])).backward()
        let others = exp(scale * (hard - Self.own)) + Double(Self.classes - 2) * exp(scale * (-1 - Self.own))
        let sines = [Self.own, hard].map { (1 - $0 * $0).squareRoot() }
        let wanted =
            scale / (1 + others) * (exp(scale * (hard - Self.own)) * sines[1] - others * sines[0])
        expectEqual(try #require(embeddings.gradient)[0][1].item(), wanted, relative: 1e-3)
    }

    @Test func aClassAloneHasNoLoss() throws {
        for dtype in [DType.float32, .float64] {
            var generator = SeededGenerator(seed: 1)
            let head = ArcFaceHead(classes: 1, embedding: 3, using: &generator)
            head.to(dtype)
            let embeddings = Tensor.normal([4, 3], using: &generator).to(dtype).requiringGradient()
            let loss = head.loss(embeddings, Tensor([0, 0, 0, 0] as [Int64]))
            loss.backward()
            expectEqual(loss.value.item(), 0)
            #expect(embeddings.gradient?.absolute().maximum().item() == 0)
        }
    }
}
