import Foundation
import Testing

@testable import Visualization

#if canImport(FoundationXML)
    import FoundationXML
#endif

struct FigureTests {
    static let blue: [UInt8] = [0x1C, 0x59, 0xB6]

    static func figure(_ x: [Double], _ y: [Double], isLogarithmic: Bool = false) -> Figure {
        Figure(
            title: "Training",
            panels: [LineChart(title: "loss", series: [LineSeries("", x: x, y: y)], isLogarithmic: isLogarithmic)])
    }

    /// The columns of the plot in which the line can be seen, without the legend's mark above the plot.
    private func columns(_ figure: Figure) throws -> Set<Int> {
        let pixels = try Pixels(png: figure.encoded(as: .png(scale: 1)))
        return Set(
            (0..<pixels.width).filter { x in (90..<pixels.height).contains { pixels[x, $0] == Self.blue } })
    }

    @Test func aValueThatIsNotANumberIsAGap() throws {
        let whole = try columns(Self.figure([0, 1, 2, 3, 4], [1, 1, 1, 1, 1]))
        let broken = try columns(Self.figure([0, 1, 2, 3, 4], [1, 1, .nan, 1, 1]))
        // Half of the line is missing: the two pieces beside the gap.
        #expect(abs(Double(broken.count) / Double(whole.count) - 0.5) < 0.03)
        let middle = (try #require(whole.min()) + (try #require(whole.max()))) / 2
        #expect(whole.contains(middle) && !broken.contains(middle))
    }

    /// A band from 1 to 2 of 0 to 4 changes a quarter of the plot's columns, a single place one or two of them.
    @Test func bandsAreShaded() throws {
        let plain = Self.figure([0, 1, 2, 3, 4], [1, 1, 1, 1, 1])
        func changed(_ range: ClosedRange<Double>) throws -> Double {
            var shaded = plain
            shaded.panels[0].bands = [LineBand(range, colorIndex: 2)]
            let (before, after) = try (
                Pixels(png: plain.encoded(as: .png(scale: 1))), Pixels(png: shaded.encoded(as: .png(scale: 1)))
            )
            let columns = (0..<before.width).filter { x in
                (0..<before.height).contains { before[x, $0] != after[x, $0] }
            }
            return Double(columns.count)
        }
        let width = Double(try columns(plain).count)
        #expect(abs(try changed(1...2) / width - 0.25) < 0.02)
        #expect((1...3).contains(try changed(3...3)))
    }

    @Test func aValueBetweenGapsIsADot() throws {
        let dot = try columns(Self.figure([0, 1, 2], [.nan, 1, .infinity]))
        #expect((2...6).contains(dot.count))
    }

    @Test func logarithmicAxisIsEvenInPowersOfTen() {
        let axes = Axes(
            area: CGRect(x: 0, y: 0, width: 100, height: 300), range: PlotRange(x: 0...1, y: 0.01...10),
            verticalScale: .logarithmic)
        // log10 of 0.01, 0.1, 1, 10 is -2, -1, 0, 1.
        for (value, place) in [(0.01, 300.0), (0.1, 200), (1, 100), (10, 0)] {
            #expect(abs(axes.vertical(value) - place) < 1e-9)
        }
    }

    @Test func valuesBelowZeroAreGapsOnALogarithmicAxis() throws {
        let chart = LineChart(
            title: "", series: [LineSeries("", x: [0, 1, 2], y: [-1, 0, 2])], isLogarithmic: true)
        #expect(chart.shownRange == 1...4)
        #expect(LineChart(title: "", series: [], isLogarithmic: true).shownRange.lowerBound > 0)
    }

    @Test(
        arguments: [
            [], [.nan], [.infinity, -.infinity], [1e308, -1e308], [0], [1e-300, 1e-300], [1e-299, 1e299],
            [.leastNonzeroMagnitude],
            [5, 5, 5],
        ] as [[Double]])
    func anyValuesDraw(values: [Double]) throws {
        for isLogarithmic in [false, true] {
            for x in [values.indices.map(Double.init), values] {
                let svg = try Self.figure(x, values, isLogarithmic: isLogarithmic).encoded(as: .svg)
                #expect(XMLParser(data: svg).parse())
                #expect(!String(decoding: svg, as: UTF8.self).contains("nan"))
            }
        }
    }
}
