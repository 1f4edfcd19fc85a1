import Datasets
import Foundation
import Testing
import TestSupport
import Torch

@testable import Images

/// The laws of the draws, and MixUp.
@Suite(.noLeaks) struct DrawTests {
    private let draws = SampleDraws(seed: 11, epoch: 4)

    private func moments(_ values: [Double]) -> (mean: Double, deviation: Double) {
        let mean = values.reduce(0, +) / Double(values.count)
        let variance = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(values.count)
        return (mean, variance.squareRoot())
    }

    @Test func paddedCropsAreUniform() {
        let windows = PaddedCrop(padding: 2).draw(Array(0..<25_000), draws)
        let counts = Dictionary(grouping: windows) { $0.top * 10 + $0.left }.mapValues(\.count)
        #expect(counts.keys.sorted() == (0...4).flatMap { top in (0...4).map { top * 10 + $0 } })
        // 25 places of 1,000 each; five standard deviations are 155.
        #expect(counts.values.allSatisfy { abs($0 - 1000) < 155 })
    }

    @Test(arguments: [0, 0.3, 1]) func flipsAreAsLikelyAsAsked(probability: Double) {
        let chosen = HorizontalFlip(.drawn(probability: probability)).draw(Array(0..<20_000), draws).filter { $0 }.count
        expectEqual(Double(chosen) / 20_000, probability, absolute: probability == 0.3 ? 0.017 : 0)
    }

    @Test func twoEpochsSeeEachImageBothWays() {
        let flips = (1...4).map { epoch in
            HorizontalFlip(.alternating).draw(Array(0..<20_000), SampleDraws(seed: 11, epoch: epoch))
        }
        expectEqual(Double(flips[0].filter { $0 }.count) / 20_000, 0.5, absolute: 0.018)
        #expect(zip(flips[0], flips[1]).allSatisfy { $0 != $1 })
        #expect(flips[0] == flips[2] && flips[1] == flips[3])
        let other = HorizontalFlip(.alternating).draw(Array(0..<20_000), SampleDraws(seed: 12, epoch: 1))
        #expect(other != flips[0] && other != flips[1])
    }

    // torchvision 0.28, torch.manual_seed(0), 60,000 draws of
    //   RandomErasing.get_params(torch.zeros(3, 32, 24), [0.02, 0.33], [0.3, 3.3], [0.0])
    // mean and deviation of area / (32 * 24) and of log(height / width), mean of top and left; five standard errors.
    @Test func erasingFollowsTorchvisionsLaw() {
        let all = RandomErasing(probability: 0.75).draw(Array(0..<40_000), draws, height: 32, width: 24)
        let rectangles = all.compactMap(\.self)
        expectEqual(Double(rectangles.count) / 40_000, 0.75, absolute: 0.011)
        #expect(
            rectangles.allSatisfy {
                $0.top >= 0 && $0.left >= 0 && $0.top + $0.height <= 32 && $0.left + $0.width <= 24
            })
        let area = moments(rectangles.map { Double($0.height * $0.width) / (32 * 24) })
        let ratio = moments(rectangles.map { log(Double($0.height) / Double($0.width)) })
        expectEqual(area.mean, 0.17084, absolute: 0.0032)
        expectEqual(area.deviation, 0.08829, absolute: 0.002)
        expectEqual(ratio.mean, 0.03675, absolute: 0.024)
        expectEqual(ratio.deviation, 0.67795, absolute: 0.017)
        expectEqual(rectangles.reduce(0) { $0 + Double($1.top) } / Double(rectangles.count), 10.050, absolute: 0.25)
        expectEqual(rectangles.reduce(0) { $0 + Double($1.left) } / Double(rectangles.count), 6.324, absolute: 0.18)
    }

    @Test func erasingSetsOnlyItsRectangle() {
        let indices = Array(0..<16)
        let erasing = RandomErasing(probability: 1)
        let rectangles = erasing.draw(indices, draws, height: 9, width: 7)
        let found: [Float] = erasing.apply(.ones([16, 9, 7, 3]), rectangles).array()
        for index in indices {
            let zeros = (0..<9 * 7 * 3).filter { found[index * 9 * 7 * 3 + $0] == 0 }
            let inside = rectangles[index].map { rectangle in
                (rectangle.top..<rectangle.top + rectangle.height).flatMap { row in
                    (rectangle.left..<rectangle.left + rectangle.width).flatMap { column in
                        (0..<3).map { (row * 7 + column) * 3 + $0 }
                    }
                }
            }
            #expect(zeros == inside ?? [])
        }
    }

    @Test func colorsStayInTheirRanges() {
        let jitter = ColorJitter(brightness: 0.5, contrast: 2, hue: 0.2)
        let plans = jitter.draw(Array(0..<24_000), draws)
        #expect(plans.allSatisfy { Set($0.map(\.change)) == [.brightness, .contrast, .hue] && $0.count == 3 })
        let orders = Dictionary(grouping: plans) { $0.map(\.change) }.mapValues(\.count)
        // Six orders of 4,000 each; five standard deviations are 290.
        #expect(orders.count == 6 && orders.values.allSatisfy { abs($0 - 4000) < 290 })
        for (change, range) in [(ColorJitter.Change.brightness, 0.5...1.5), (.contrast, 0...3), (.hue, -0.2...0.2)] {
            let amounts = plans.flatMap { $0.filter { $0.change == change }.map(\.amount) }
            #expect(amounts.allSatisfy(range.contains))
            let width = range.upperBound - range.lowerBound
            expectEqual(moments(amounts).mean, range.lowerBound + width / 2, absolute: width * 0.01)
            expectEqual(moments(amounts).deviation, width / 12.0.squareRoot(), absolute: width * 0.01)
        }
    }

    // python -c "from scipy.stats import beta; print(*[beta(a, a).std() for a in (.05, .2, 1, 4)])"
    // 0.47673129462279606 0.42257712736425823 0.28867513459481287 0.16666666666666666
    @Test(arguments: [(0.05, 0.476731), (0.2, 0.422577), (1, 0.288675), (4, 0.166667)])
    func factorsFollowTheBetaLaw(alpha: Double, deviation: Double) {
        let factors = (0..<20_000).map { MixUp(alpha: alpha).draw([$0, $0 + 50_000], draws).factor }
        #expect(factors.allSatisfy { (0...1).contains($0) })
        // Five standard errors of 20,000 draws.
        expectEqual(moments(factors).mean, 0.5, absolute: 5 * deviation / 20_000.0.squareRoot())
        expectEqual(moments(factors).deviation, deviation, absolute: 0.01)
    }

    @Test func partnersAreOthersAndDoNotDependOnOrder() {
        let indices = [9, 4, 17, 3, 88, 21, 5]
        let plan = MixUp().draw(indices, draws)
        #expect(plan.partners.sorted() == Array(indices.indices))
        #expect(plan.partners.enumerated().allSatisfy { $0.offset != $0.element })
        let turned = Array(indices.reversed())
        let other = MixUp().draw(turned, draws)
        #expect(other.factor == plan.factor)
        for (position, index) in indices.enumerated() {
            let place = turned.firstIndex(of: index).map { other.partners[$0] }
            #expect(place.map { turned[$0] } == indices[plan.partners[position]])
        }
    }

    @Test func imagesAreMixedAsLabelled() {
        let indices = [3, 8, 1, 6]
        let images = Tensor(
            (0..<4).flatMap { index in [Float](repeating: Float(index), count: 12) }, shape: [4, 3, 2, 2])
        let labels = Tensor([Int64](arrayLiteral: 0, 1, 2, 3))
        let mixed = MixUp(alpha: 1)(images, labels, indices: indices, draws: draws)
        let expected =
            mixed.labels.to(.float32) * mixed.factor + mixed.otherLabels.to(.float32) * (1 - mixed.factor)
        expectEqual(mixed.images.mean(along: [1, 2, 3]), expected, absolute: 1e-6)
        #expect(mixed.factor > 0 && mixed.factor < 1 && mixed.images.isContiguous(.channelsLast))
    }

    @Test func aBatchOfOneMixesWithItself() {
        let image = Tensor([Float](arrayLiteral: 1, 2, 3, 4), shape: [1, 1, 2, 2])
        let mixed = MixUp()(image, Tensor([Int64](arrayLiteral: 7)), indices: [5], draws: draws)
        expectEqual(mixed.images, image, absolute: 1e-6)
        #expect(mixed.otherLabels.array(of: Int64.self) == [7])
    }
}
