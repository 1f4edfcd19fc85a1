import NeuralNetwork
import Randomness
import TestSupport
import Testing
import Torch

@testable import MetricLearning
@testable import NeuralNetwork

/// Some of the classes take part in a step: which ones, and what becomes of the others.
@Suite(.noLeaks) struct ClassSamplerTests {
    @Test func aDrawHasTheClassesOfTheBatchAndOneOfEachStretch() {
        let sampler = ClassSampler(rate: 0.1)
        for seed in 0..<50 as Range<UInt64> {
            sampler.reseed(seed)
            let drawn = sampler.draw(labels: [7, 905, 7, 31], classes: 1000, own: 0..<1000)
            #expect(drawn == Array(Set(drawn)).sorted())
            #expect(Set(drawn).isSuperset(of: [7, 31, 905]))
            #expect((100...103).contains(drawn.count))
            for stretch in 0..<100 {
                #expect(drawn.contains { $0 / 10 == stretch })
            }
        }
    }

    @Test(arguments: [(10, 1.0), (7, 0.5), (1000, 0.013), (3, 0.1), (1, 1)])
    func everyClassIsAsLikely(classes: Int, rate: Double) {
        let sampler = ClassSampler(rate: rate)
        var counts = Array(repeating: 0, count: classes)
        let draws = 2000
        for seed in 0..<UInt64(draws) {
            sampler.reseed(seed &* 0x9E37_79B9)
            for drawn in sampler.draw(labels: [], classes: classes, own: 0..<classes) { counts[Int(drawn)] += 1 }
        }
        let size = max(1, (rate * Double(classes)).rounded(.up))
        #expect(counts.reduce(0, +) == draws * Int(size))
        // Stretches differ by one class; besides, five deviations of a binomial count.
        let least = 1 / (Double(classes) / size).rounded(.up), most = 1 / (Double(classes) / size).rounded(.down)
        for count in counts {
            let margin = 5 * (Double(draws) * most * (1 - min(least, 0.999))).squareRoot()
            #expect(Double(count) >= Double(draws) * least - margin && Double(count) <= Double(draws) * most + margin)
        }
    }

    @Test(arguments: [2, 3, 7]) func partsDrawWhatTheWholeDraws(parts: Int) {
        let sampler = ClassSampler(rate: 0.21)
        for (seed, classes) in [(1, 50), (2, 23), (3, 8)] as [(UInt64, Int)] {
            sampler.reseed(seed)
            let labels: [Int64] = [0, 5, Int64(classes - 1), 5]
            let whole = sampler.draw(labels: labels, classes: classes, own: 0..<classes)
            let joined = (0..<parts).flatMap { part in
                sampler.draw(
                    labels: labels, classes: classes, own: part * classes / parts..<(part + 1) * classes / parts)
            }
            #expect(joined == whole)
        }
    }

    // MARK: The softmax over what is drawn

    private func head(
        _ sampler: ClassSampler?, classes: Int = 40, _ generator: inout SeededGenerator
    ) -> ArcFaceHead {
        let head = ArcFaceHead(classes: classes, embedding: 6, scale: 12, margin: .radians(0.3), using: &generator)
        head.sampler = sampler
        return head
    }

    /// A head of the drawn classes alone, whose own numbers are checked elsewhere, is the reference.
    @Test(arguments: ClassSampler.Others.allCases) func theLossIsThatOfTheDrawnClassesAlone(
        others: ClassSampler.Others
    ) throws {
        var generator = SeededGenerator(seed: 3)
        let sampler = ClassSampler(rate: 0.25, others: others)
        sampler.reseed(11)
        let head = head(sampler, &generator)
        let labels: [Int64] = [39, 4, 4, 20, 13]
        let embeddings = Tensor.normal([5, 6], using: &generator).requiringGradient()
        let loss = head.loss(embeddings, Tensor(labels))
        loss.backward()

        let drawn = sampler.draw(labels: labels, classes: 40, own: 0..<40)
        let small = self.head(nil, classes: drawn.count, &generator)
        let rows = Tensor(drawn)
        try small.load(["weight": head.weight.tensor.detached().gathered(rows)], from: "test")
        let same = embeddings.detached().clone().requiringGradient()
        let expected = small.loss(same, Tensor(labels.map { Int64(drawn.firstIndex(of: $0) ?? -1) }))
        expected.backward()

        expectEqual(loss.value, expected.value)
        expectEqual(try #require(embeddings.gradient), try #require(same.gradient))
        let places = try #require(expected.predictions).array(of: Int64.self)
        #expect(loss.predictions?.array(of: Int64.self) == places.map { drawn[Int($0)] })
        let gradient = try #require(small.weight.gradient)
        switch others {
        case .rest:
            #expect(head.weight.gradient == nil)
            expectEqual(try #require(head.weight.stepGradient), gradient)
        case .move:
            let whole = try #require(head.weight.gradient)
            expectEqual(whole.gathered(rows), gradient)
            #expect(whole.absolute().sum().item() == gradient.absolute().sum().item())
        }
    }

    @Test func allClassesTakePartInMeasuring() {
        var generator = SeededGenerator(seed: 5)
        let head = head(ClassSampler(rate: 0.1), &generator)
        let embeddings = Tensor.normal([4, 6], using: &generator)
        let labels = Tensor([1, 2, 3, 39] as [Int64])
        head.evaluate()
        let measured = head.loss(embeddings, labels)
        head.sampler = nil
        expectEqual(measured.value, head.loss(embeddings, labels).value)
        #expect(
            measured.predictions?.array(of: Int64.self)
                == head.logits(embeddings).argumentMaximum(along: 1).array(of: Int64.self))
    }

    /// Rows that are drawn move as a small parameter of them alone would; the others stay, with their momentum.
    @Test(arguments: ["sgd", "adamw"]) func optimizersTouchDrawnRowsAlone(name: String) {
        var generator = SeededGenerator(seed: 8)
        func optimizer(_ parameter: Parameter) -> any Optimizer {
            let group = ParameterGroup([parameter], learningRate: 0.1, momentum: 0.9, weightDecay: 0.01)
            return name == "sgd" ? SGD(groups: [group]) : AdamW(groups: [group])
        }
        let parameter = Parameter(.normal([6, 3], using: &generator))
        let before = parameter.tensor.detached().clone()
        let small = Parameter(before.gathered(Tensor([1, 4] as [Int64])))
        let (sampled, dense) = (optimizer(parameter), optimizer(small))
        let target = Tensor.normal([2, 3], using: &generator)
        for _ in 0..<4 {
            for each in [sampled, dense] { each.clearGradients() }
            let rows = parameter.activate(Tensor([1, 4] as [Int64]))
            ((rows - target) * (rows - target)).sum().backward()
            ((small.tensor - target) * (small.tensor - target)).sum().backward()
            sampled.step()
            dense.step()
        }
        let after = parameter.tensor.detached()
        expectEqual(after.gathered(Tensor([1, 4] as [Int64])), small.tensor.detached())
        let others = Tensor([0, 2, 3, 5] as [Int64])
        expectEqual(after.gathered(others), before.gathered(others))
        // Others that are drawn later begin where they stood.
        sampled.clearGradients()
        #expect(parameter.active == nil)
    }
}
