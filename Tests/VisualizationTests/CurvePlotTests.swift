import Foundation
import Testing

@testable import Visualization

#if canImport(FoundationXML)
    import FoundationXML
#endif

struct CurvePlotTests {
    // Python: N = statistics.NormalDist(); t = [3, 2.5, 2, 1.5, 1, .5, 0, -.5]; [N.cdf(-x) for x in t], [N.cdf(2 - x) for x in t]
    static let normal = RateCurve(
        "normal",
        falseAcceptRates: [
            0.0013498980316301035, 0.006209665325776159, 0.02275013194817921, 0.06680720126885809,
            0.15865525393145707, 0.3085375387259869, 0.5, 0.6914624612740131,
        ],
        trueAcceptRates: [
            0.15865525393145707, 0.3085375387259869, 0.5, 0.6914624612740131, 0.8413447460685429,
            0.9331927987311419, 0.9772498680518208, 0.9937903346742238,
        ])

    /// The pixels of the first curve's blue in a picture, and their extent; the legend's line stands higher.
    private func blue(_ plot: CurvePlot) throws -> (pixels: Set<[Int]>, x: ClosedRange<Int>, y: ClosedRange<Int>) {
        let pixels = try Pixels(png: plot.encoded(as: .png(scale: 1)))
        var found: Set<[Int]> = []
        for y in 50..<pixels.height {
            for x in 0..<pixels.width where pixels[x, y] == [0x1C, 0x59, 0xB6] { found.insert([x, y]) }
        }
        let columns = found.map { $0[0] }
        let rows = found.map { $0[1] }
        return (
            found, (try #require(columns.min()))...(try #require(columns.max())),
            (try #require(rows.min()))...(try #require(rows.max()))
        )
    }

    @Test func curveGoesThroughItsPoints() throws {
        let curve = RateCurve("", falseAcceptRates: [0, 0.25, 1], trueAcceptRates: [0, 0.8, 1])
        let (pixels, x, y) = try blue(CurvePlot(.receiverOperating, curves: [curve]))
        #expect(abs(x.count - y.count) <= 2, "both axes alike")
        // Straight lines from point to point: at a quarter of the width it is at 0.8, at an eighth 0.4, at 5/8 0.9.
        for (across, up) in [(0.25, 0.8), (0.125, 0.4), (0.625, 0.9)] {
            let column = x.lowerBound + Int((across * Double(x.count)).rounded())
            let row = y.upperBound - Int((up * Double(y.count)).rounded())
            let isThere = (-2...2).contains { dx in (-2...2).contains { pixels.contains([column + dx, row + $0]) } }
            #expect(isThere, "\(across), \(up)")
        }
    }

    @Test func logarithmicAxisGivesEachPowerTheSameRoom() throws {
        let curve = RateCurve("", falseAcceptRates: [0.001, 0.01, 0.1, 1], trueAcceptRates: [0.5, 0.6, 0.7, 1])
        let plot = CurvePlot(.logarithmicReceiverOperating, curves: [curve])
        #expect(abs(plot.range.x.lowerBound - 0.001) < 1e-12 && plot.range.x.upperBound == 1)
        #expect(plot.range.y == 0.5...1)
        let axes = Axes(
            area: CGRect(x: 0, y: 0, width: 300, height: 100), range: plot.range, horizontalScale: .logarithmic)
        let places = plot.places(of: curve, axes)
        for (place, expected) in zip(places, [(0.0, 100.0), (100, 80), (200, 60), (300, 0)]) {
            #expect(abs(place.x - expected.0) < 1e-6 && abs(place.y - expected.1) < 1e-6)
        }
    }

    /// Scores of two normal distributions of one width are a line of slope -1 on a DET plot.
    @Test func normalScoresAreStraightInATradeoff() {
        let plot = CurvePlot(.detectionErrorTradeoff, curves: [Self.normal])
        let axes = Axes(
            area: CGRect(x: 0, y: 0, width: 100, height: 100), range: PlotRange(x: 0.001...0.9, y: 0.001...0.9),
            horizontalScale: .normalDeviate, verticalScale: .normalDeviate)
        let places = plot.places(of: Self.normal, axes)
        #expect(places.count == 8)
        for (one, next) in zip(places, places.dropFirst()) {
            #expect(abs((next.y - one.y) / (next.x - one.x) - 1) < 1e-9, "down the canvas as it goes right")
        }
    }

    @Test func equalErrorRateLiesBetweenThePoints() {
        // N.cdf(-1), a point of the curve.
        #expect(abs(Self.normal.equalErrorRate - 0.15865525393145707) < 1e-12)
        // scipy.optimize.brentq(lambda x: 1 - x - np.interp(x, [0, 0.2, 1], [0, 0.7, 1]), 0, 1)
        let curve = RateCurve("", falseAcceptRates: [0, 0.2, 1], trueAcceptRates: [0, 0.7, 1])
        #expect(abs(curve.equalErrorRate - 0.2727272727272727) < 1e-12)
        #expect(RateCurve("", falseAcceptRates: [0, 1], trueAcceptRates: [1, 1]).equalErrorRate == 0)
    }

    @Test func pointsThatLookTheSameAreLeftOut() {
        let rates = (0...100_000).map { Double($0) / 100_000 }
        let curve = RateCurve("", falseAcceptRates: rates, trueAcceptRates: rates.map { $0.squareRoot() })
        let plot = CurvePlot(.receiverOperating, curves: [curve])
        let axes = Axes(area: CGRect(x: 0, y: 0, width: 500, height: 500), range: plot.range)
        let places = plot.places(of: curve, axes)
        #expect(places.count < 2_600 && places.first == CGPoint(x: 0, y: 500) && places.last == CGPoint(x: 500, y: 0))
    }

    @Test(arguments: [
        CurvePlot.Kind.receiverOperating, .logarithmicReceiverOperating, .detectionErrorTradeoff,
    ])
    func anyCurvesDraw(kind: CurvePlot.Kind) throws {
        let extremes = [
            RateCurve("perfect", falseAcceptRates: [0, 0, 1], trueAcceptRates: [0, 1, 1]),
            RateCurve("useless", falseAcceptRates: [0, 1, 1], trueAcceptRates: [0, 0, 1]),
            RateCurve("one point", falseAcceptRates: [0], trueAcceptRates: [0]),
        ]
        for curves in [[], extremes, [extremes[0]], [extremes[1]], [Self.normal] + extremes] {
            for width in [380.0, 840] {
                let svg = try CurvePlot(kind, curves: curves, title: "t").laidOut(width: width).encoded(as: .svg)
                #expect(XMLParser(data: svg).parse() && hasOnlyNumbers(svg))
            }
        }
    }

    @Test func wrongRatesTrap() async {
        await #expect(processExitsWith: .failure) {
            _ = RateCurve("", falseAcceptRates: [0.5, 0.2], trueAcceptRates: [0, 1])
        }
        await #expect(processExitsWith: .failure) { _ = RateCurve("", falseAcceptRates: [1.5], trueAcceptRates: [0]) }
        await #expect(processExitsWith: .failure) { _ = RateCurve("", falseAcceptRates: [], trueAcceptRates: []) }
    }
}
