import MetricLearning
import Randomness
import TestSupport
import Testing
import Torch

/// The curves of all heads against their published formulas.
@Suite(.noLeaks) struct HeadCurveTests {
    /// Logits, derivatives by the angle and gradients at 20, 75 and 160 degrees.
    struct Values: Sendable {
        let logits: [Double]
        let derivatives: [Double]
        let gradients: [Double]

        init(_ logits: [Double], _ derivatives: [Double], _ gradients: [Double]) {
            self.logits = logits
            self.derivatives = derivatives
            self.gradients = gradients
        }
    }

    struct Case: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let make: @Sendable (inout SeededGenerator) -> any MarginCurveHead
        let curves: [Values]

        init(
            _ name: String, _ make: @escaping @Sendable (inout SeededGenerator) -> any MarginCurveHead,
            _ curves: [Values]
        ) {
            testDescription = name
            self.make = make
            self.curves = curves
        }
    }

    // Each row with f as the formula of the target cosine over the angle, in PyTorch, as for ArcFace with overflow none:
    //   t = torch.tensor([20., 75., 160.], dtype=torch.float64) * math.pi / 180
    //   c = torch.cos(t).requires_grad_(); f = lambda t: torch.cos(t + .5)
    //   v = 30 * f(torch.acos(c)); v.sum().backward(); print(v, -torch.sin(t) * c.grad, c.grad)
    // psi(m) is (1 - 2 * torch.remainder(k, 2)) * cos(m * t) - 2 * k with k = torch.floor(m * t / pi), and annealed
    // (l * cos(t) + psi(4)) / (1 + l) with l = 1000 / 1.12 and 5.
    static let cases = [
        Case(
            "norm-softmax", { NormSoftmaxHead(classes: 2, embedding: 2, using: &$0) },
            [
                Values(
                    [18.793852416, 5.176380902, -18.793852416], [-6.840402867, -19.318516526, -6.840402867],
                    [20.0, 20.0, 20.0])
            ]),
        Case(
            "arcface, none", { ArcFaceHead(classes: 2, embedding: 2, scale: 30, overflow: .none, using: &$0) },
            [
                Values(
                    [19.820539983, -7.078632866, -29.658931469], [-22.519906633, -29.15292364, 4.510851817],
                    [65.843802105, 30.181327434, -13.188848392])
            ]),
        Case(
            "arcface", { ArcFaceHead(classes: 2, embedding: 2, scale: 30, using: &$0) },
            [
                Values(
                    [19.820539983, -7.078632866, -35.382161703], [-22.519906633, -29.15292364, -10.2606043],
                    [65.843802105, 30.181327434, 30.0])
            ]),
        Case(
            "subcenter-arcface", { SubCenterArcFaceHead(classes: 2, embedding: 2, scale: 30, using: &$0) },
            [
                Values(
                    [19.820539983, -7.078632866, -35.382161703], [-22.519906633, -29.15292364, -10.2606043],
                    [65.843802105, 30.181327434, 30.0])
            ]),
        Case(
            "curricularface", { CurricularFaceHead(classes: 2, embedding: 2, scale: 30, using: &$0) },
            [
                Values(
                    [19.820539983, -7.078632866, -35.382161703], [-22.519906633, -29.15292364, -10.2606043],
                    [65.843802105, 30.181327434, 30.0])
            ]),
        Case(
            "cosface", { CosFaceHead(classes: 2, embedding: 2, scale: 30, using: &$0) },
            [
                Values(
                    [17.690778624, -2.735428647, -38.690778624], [-10.2606043, -28.977774789, -10.2606043],
                    [30.0, 30.0, 30.0])
            ]),
        Case(
            "combined-margin",
            {
                CombinedMarginHead(
                    classes: 2, embedding: 2, multiplier: 0.9, angle: .radians(0.4), cosine: 0.15, using: &$0)
            },
            [
                Values(
                    [38.761227172, -10.06725462, -71.939094757], [-37.726983476, -57.598464869, -13.037184685],
                    [110.306320293, 59.630318707, 38.118177947])
            ]),
        Case(
            "sphereface", { SphereFaceHead(classes: 2, embedding: 2, using: &$0) },
            [
                Values(
                    [0.938835611, 0.255732625, -0.945548093], [-0.346044512, -0.968720653, -0.346044512],
                    [1.011766467, 1.002893417, 1.011766467]),
                Values(
                    [0.812018547, -0.200984129, -1.812018547], [-0.941555288, -1.382288458, -0.941555288],
                    [2.752923494, 1.431050315, 2.752923494]),
            ]),
        Case(
            "sphereface, normalised",
            { SphereFaceHead(classes: 2, embedding: 2, form: .normalised(gradient: .exact), using: &$0) },
            [
                Values(
                    [24.871127177, -18.26284287, -61.046984901], [-28.518838077, -40.461020355, -50.968932178],
                    [83.383504257, 41.888330608, 149.023188174])
            ]),
        Case(
            "adaface", { AdaFaceHead(classes: 2, embedding: 2, using: &$0) },
            [
                Values(
                    [46.868819335, -8.816710856, -63.999968], [-43.581117174, -63.389791053, 0.0],
                    [127.422662158, 65.625940758, 0.0]),
                Values(
                    [34.54032773, -9.035581113, -85.74032773], [-21.889289173, -61.819252883, -21.889289173],
                    [64.0, 64.0, 64.0]),
                Values(
                    [12.799968, -11.869608895, -98.068819335], [0.0, -50.488813964, -43.581117174],
                    [0.0, 52.269866474, 127.422662158]),
            ]),
        Case(
            "magface", { MagFaceHead(classes: 2, embedding: 2, using: &$0) },
            [
                Values(
                    [44.632097483, -11.97386136, -60.14032773], [-45.869116781, -62.869918436, -21.889289173],
                    [134.112325476, 65.087729021, 64.0]),
                Values(
                    [35.964224383, -22.737143464, -60.14032773], [-52.93934798, -59.824930481, -21.889289173],
                    [154.784298566, 61.935325522, 64.0]),
                Values(
                    [26.197754918, -32.805875815, -60.14032773], [-58.392445036, -54.952475031, -21.889289173],
                    [170.728087731, 56.890988454, 64.0]),
            ]),
        Case(
            "elasticface-arc", { ElasticFaceHead(classes: 2, embedding: 2, using: &$0) },
            [
                Values(
                    [46.868819335, -8.816710856, -63.917000743], [-43.581117174, -63.389791053, 3.258376287],
                    [127.422662158, 65.625940758, -9.526854926]),
                Values(
                    [42.283818631, -15.101083447, -63.272387134], [-48.042467484, -62.192903765, 9.623150544],
                    [140.466777825, 64.386831859, -28.136209903]),
                Values(
                    [37.276331989, -21.234571004, -61.995576748], [-52.02379334, -60.374605541, 15.891773461],
                    [152.10739588, 62.504391019, -46.464437172]),
            ]),
        Case(
            "elasticface-cos", { ElasticFaceHead(classes: 2, embedding: 2, margin: .cosine(), using: &$0) },
            [
                Values(
                    [44.14032773, 0.564418887, -76.14032773], [-21.889289173, -61.819252883, -21.889289173],
                    [64.0, 64.0, 64.0]),
                Values(
                    [37.74032773, -5.835581113, -82.54032773], [-21.889289173, -61.819252883, -21.889289173],
                    [64.0, 64.0, 64.0]),
                Values(
                    [31.34032773, -12.235581113, -88.94032773], [-21.889289173, -61.819252883, -21.889289173],
                    [64.0, 64.0, 64.0]),
            ]),
    ]

    @Test(arguments: cases) func isTheFormula(expected: Case) {
        var generator = SeededGenerator(seed: 0)
        let curves = expected.make(&generator).marginCurves
        #expect(curves.count == expected.curves.count)
        for (curve, values) in zip(curves, expected.curves) {
            let samples = curve(at: [20, 75, 160].map { Angle.degrees($0).radians })
            for (got, wanted) in [
                (samples.logits, values.logits), (samples.derivatives, values.derivatives),
                (samples.gradients, values.gradients),
            ] {
                for (got, wanted) in zip(got, wanted) { expectEqual(got, wanted, absolute: 1e-8) }
            }
        }
    }

    @Test func straightThroughIsWhatGoesBackward() {
        var generator = SeededGenerator(seed: 0)
        let head = ArcFaceHead(classes: 2, embedding: 2, scale: 30, gradient: .straightThrough, using: &generator)
        let samples = head.marginCurves[0](at: [0, 1, 2, .pi])
        #expect(samples.gradients == [30, 30, 30, 30])
        // -30 * sin(1 + 0.5)
        expectEqual(samples.derivatives[1], -29.924849598, absolute: 1e-8)
    }

    // python3 -c "from math import *; print(pi - .5, cos(pi - .5) * 30 - 15 * sin(.5), -30 * sin(.5))"
    @Test func shapesAreTold() throws {
        func shape(_ overflow: MarginOverflow) -> MarginCurve.Shape {
            var generator = SeededGenerator(seed: 0)
            return ArcFaceHead(classes: 2, embedding: 2, scale: 30, overflow: overflow, using: &generator)
                .marginCurves[0].shape()
        }
        let none = shape(.none)
        #expect(none.jumps.isEmpty && none.flat.isEmpty && none.rising.count == 1 && !none.falls)
        expectEqual(try #require(none.rising.first).lowerBound, 2.641592653589793, absolute: 1e-6)
        expectEqual(try #require(none.rising.first).upperBound, 3.141592653589793, absolute: 1e-6)
        let cosine = shape(.cosine)
        #expect(cosine.rising.isEmpty && cosine.flat.isEmpty && cosine.falls)
        let drop = try #require(cosine.jumps.first)
        expectEqual(drop.angle, 2.641592653589793, absolute: 1e-8)
        expectEqual(drop.from, -30, absolute: 1e-6)
        expectEqual(drop.to, -33.518859935, absolute: 1e-6)
        let easy = shape(.easy)
        let rise = try #require(easy.jumps.first)
        #expect(easy.rising.isEmpty && easy.jumps.count == 1 && !easy.falls)
        expectEqual(rise.angle, .pi / 2, absolute: 1e-8)
        expectEqual(rise.from, -14.382766158, absolute: 1e-6)
        expectEqual(rise.to, 0, absolute: 1e-6)
        let clip = shape(.clip)
        #expect(clip.rising.isEmpty && clip.jumps.isEmpty && !clip.falls)
        expectEqual(try #require(clip.flat.first).lowerBound, 2.640592653589793, absolute: 1e-6)
    }
}
