import Foundation
import MetricLearning
import Testing
import TestSupport
import Torch

@Suite(.noLeaks) struct RankedListLossTests {
    private func loss(_ kind: RankedListLoss, degrees: [Double], _ labels: [Int64]) -> Double {
        let points = degrees.flatMap { (degrees: Double) -> [Double] in
            [cos(degrees * .pi / 180), sin(degrees * .pi / 180)]
        }
        return kind(Tensor(points, shape: [degrees.count, 2]), Tensor(labels)).value.item()
    }

    /// `near = 1.2 - 2 * math.sin(math.radians(15)); (0.2 + near + near) / 6`: no overflow, and the nearest negative alone.
    @Test(arguments: [1e3, 1e6, 1e300]) func hugeScalesTakeTheNearest(scale: Double) {
        let value = loss(RankedListLoss(negativeScale: scale), degrees: [0, 60, 90], [0, 1, 2])
        expectEqual(value, 0.26078730326498617, relative: 1e-12)
    }

    /// `(math.sqrt(2) - 0.8) / 2`: each of three has a positive a quarter turn away, and those nearer count for nothing.
    @Test func positivesWithinTheSphereAreLeftAlone() {
        #expect(loss(RankedListLoss(), degrees: [0, 20, 40], [3, 3, 3]) == 0)
        expectEqual(loss(RankedListLoss(), degrees: [0, 0, 90], [3, 3, 3]), 0.30710678118654755, relative: 1e-12)
    }

    @Test func impossibleNumbersTrap() async {
        let boundary = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
            _ = RankedListLoss(boundary: 2.5)
        }
        expectTrap(
            boundary, saying: "RankedListLoss: expected a boundary in 0...2 and a margin of 0 or more, got 2.5 and 0.4")
        let share = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
            _ = RankedListLoss(negativeShare: -1)
        }
        expectTrap(
            share, saying: "RankedListLoss: expected a share in 0...1 and scales of 0 or more, got -1.0, 0.0 and 10.0")
    }
}
