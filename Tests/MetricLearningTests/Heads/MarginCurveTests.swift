@testable import MetricLearning
import Testing
import TestSupport
import Torch

/// The target cosine over the angle, by itself.
@Suite(.noLeaks) struct MarginCurveTests {
    private static let combined1 = (multiplier: 1.0, angle: 0.3, cosine: 0.2)
    private static let combined2 = (multiplier: 0.9, angle: 0.4, cosine: 0.15)

    private func cosine(_ degrees: Double) -> Tensor {
        // A right angle's cosine would be 6e-17, on one side of the jump of `easy`.
        Tensor([degrees == 90 ? 0 : Tensor(Angle.degrees(degrees).radians).cosine().item()])
    }

    private func value(_ margin: AngularMargin, _ degrees: Double) -> Double { margin(cosine(degrees)).item() }

    private func arc(_ overflow: MarginOverflow, _ gradient: MarginGradient = .exact) -> AngularMargin {
        AngularMargin(angle: .same(0.5), overflow: overflow, gradient: gradient)
    }

    /// Values of public programs; see ``GoldenHeadTests``. `easy` at a right angle is cos(theta) itself, since it needs c > 0.
    @Test func valuesArePublished() {
        expectEqual(value(arc(.cosine), 90), -0.479426, absolute: 5e-7)
        expectEqual(value(arc(.easy), 89.9999999), -0.479426, absolute: 5e-7)
        expectEqual(value(AngularMargin(cosine: .same(0.35)), 90), -0.35, absolute: 5e-7)
        expectEqual(value(arc(.cosine), 120), -0.853986, absolute: 5e-7)
        expectEqual(value(arc(.easy), 120), -0.5, absolute: 5e-7)
        expectEqual(value(arc(.cosine), 151.4), -1.117696, absolute: 5e-7)
        expectEqual(value(arc(.none), 151.4), -1.0, absolute: 2e-6)
        expectEqual(value(arc(.cosine), 180), -1.239713, absolute: 5e-7)
        expectEqual(value(arc(.none), 180), -0.877583, absolute: 5e-7)
        expectEqual(value(arc(.clip), 180), -1, absolute: 1e-6)
        let staircase = AngleStaircase(multiplier: 4, gradient: .exact)
        for (degrees, expected) in [(90.0, -3.0), (120, -4.5), (180, -7)] {
            expectEqual(staircase(cosine(degrees)).item(), expected, absolute: 5e-7)
        }
        for (degrees, first, second) in [(90.0, -0.495520, -0.390538), (180, -1.155336, -1.146318)] {
            expectEqual(value(combined(Self.combined1), degrees), first, absolute: 5e-7)
            expectEqual(value(combined(Self.combined2), degrees), second, absolute: 5e-7)
        }
        expectEqual(value(combined(Self.combined1), 120), -0.933596, absolute: 5e-7)
    }

    private func combined(_ amounts: (multiplier: Double, angle: Double, cosine: Double)) -> AngularMargin {
        AngularMargin(multiplier: amounts.multiplier, angle: .same(amounts.angle), cosine: .same(amounts.cosine))
    }

    /// Both sides of -1, of the end of the arc, of 0, and just below 1; the difference quotient errs by h^2 times the third
    /// derivative, which at 1e-6 from an end is 1e14, and by 1e-16 / h.
    @Test(arguments: MarginOverflow.allCases, [(1, 0.5), (0.9, 0.4), (1.35, 0), (1.35, 0.2)])
    func derivativesAreSlopes(overflow: MarginOverflow, amounts: (multiplier: Double, angle: Double)) {
        let margin = AngularMargin(
            multiplier: amounts.multiplier, angle: .same(amounts.angle), overflow: overflow)
        let threshold = Tensor((Double.pi - amounts.angle) / amounts.multiplier).cosine().item()
        for c in [-1 + 1e-6, -0.5, threshold - 1e-6, threshold + 1e-6, -1e-6, 1e-6, 0.5, 1 - 1e-6] {
            expectSlope(c) { margin($0) }
        }
    }

    @Test(arguments: [1.35, 1.7, 2, 4]) func derivativesOfTheStaircaseAreSlopes(multiplier: Double) {
        let staircase = AngleStaircase(multiplier: multiplier, gradient: .exact)
        for c in [-1 + 1e-6, -0.5, -1e-6, 0, 1e-6, 0.5, 1 - 1e-6] { expectSlope(c) { staircase($0) } }
    }

    private func expectSlope(_ c: Double, _ curve: (Tensor) -> Tensor) {
        let h = 1e-10
        let slope = (curve(Tensor([c + h])).item() - curve(Tensor([c - h])).item()) / (2 * h)
        let cosine = Tensor([c]).requiringGradient()
        curve(cosine).backward(.ones([1], dtype: .float64))
        expectEqual(cosine.gradient?.item() ?? .nan, slope, absolute: 1e-5, relative: 1e-5, "at \(c)")
    }

    @Test(arguments: MarginOverflow.allCases, MarginGradient.allCases)
    func straightThroughIsOneAndBothHaveOneValue(overflow: MarginOverflow, gradient: MarginGradient) throws {
        let cosines = Tensor([-1, -0.9, -0.1, 0, 0.3, 1.0]).requiringGradient()
        let margin = arc(overflow, gradient)(cosines)
        expectEqual(margin.detached(), arc(overflow)(cosines).detached())
        margin.backward(.ones([6], dtype: .float64))
        let slopes = try #require(cosines.gradient)
        #expect(slopes.isAllFinite)
        #expect(slopes.array(of: Double.self).allSatisfy { $0 == 1 } == (gradient == .straightThrough))
    }

    /// `cosine` and the staircase fall throughout; `easy` and `none` do not, as their documentation says.
    @Test(arguments: MarginOverflow.allCases) func whatFallsThroughout(overflow: MarginOverflow) {
        let degrees = (0...1800).map { Double($0) / 10 }
        func falls(_ curve: (Double) -> Double) -> Bool {
            let values = degrees.map(curve)
            return zip(values, values.dropFirst()).allSatisfy { $0 >= $1 - 1e-12 }
        }
        #expect(falls { value(arc(overflow), $0) } == [.cosine, .clip].contains(overflow))
        for multiplier in [1.35, 1.7, 3] where overflow == .cosine {
            let margin = AngularMargin(multiplier: multiplier, angle: .same(0.1), overflow: overflow)
            #expect(falls { value(margin, $0) }, "m1 = \(multiplier)")
            let staircase = AngleStaircase(multiplier: multiplier, gradient: .exact)
            #expect(falls { staircase(cosine($0)).item() }, "psi of \(multiplier)")
        }
    }

    @Test func theJumpsAreAsDocumented() {
        let end = Angle.radians(.pi - 0.5).degrees
        expectEqual(value(arc(.cosine), end - 1e-6), -1, absolute: 1e-6)
        expectEqual(value(arc(.cosine), end + 1e-6), -1.117, absolute: 5e-4)
        expectEqual(value(arc(.easy), 90.000001) - value(arc(.easy), 89.999999), 0.479, absolute: 5e-4)
    }

    /// MagFace's margin depends on the embedding, so that a gradient goes through it too.
    @Test(arguments: MarginOverflow.allCases) func derivativesByTheAngleAreSlopes(overflow: MarginOverflow) throws {
        let cosines = Tensor([-0.95, -0.5, 0.2, 0.9])
        func curve(_ angle: Tensor) -> Tensor {
            AngularMargin(multiplier: 1.2, angle: .each(angle), overflow: overflow)(cosines)
        }
        let angles = Tensor([0.5, 0.3, 0.2, 0.4]).requiringGradient()
        curve(angles).backward(.ones([4], dtype: .float64))
        let slopes = withoutGradients { (curve(angles + 1e-6) - curve(angles - 1e-6)) / 2e-6 }
        expectEqual(try #require(angles.gradient), slopes, absolute: 1e-9)
    }
}
