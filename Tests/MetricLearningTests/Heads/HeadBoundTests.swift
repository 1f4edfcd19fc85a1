import MetricLearning
import Testing
import TestSupport

@Suite struct HeadBoundTests {
    /// `log(.9 * 8 / .1)` and `9 / 10 * log(9 * .9 / .1)`, by hand.
    @Test func leastScales() {
        expectEqual(L2SoftmaxHead.leastLength(classes: 10, probability: 0.9), 4.276666, absolute: 1e-6)
        expectEqual(NormSoftmaxHead.leastScale(classes: 10, probability: 0.9), 3.955004, absolute: 1e-6)
        #expect(NormSoftmaxHead.leastScale(classes: 2, probability: 0.1) == 0)
    }

    @Test func anglesInBothUnits() {
        expectEqual(Angle.degrees(28.6).radians, 0.499164, absolute: 1e-6)
        expectEqual(Angle.radians(.pi).degrees, 180, relative: 1e-15)
        #expect(Angle.degrees(180) == .radians(.pi))
    }
}
