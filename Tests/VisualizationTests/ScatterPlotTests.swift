import Foundation
import Testing

@testable import Visualization

#if canImport(FoundationXML)
    import FoundationXML
#endif

struct ScatterPlotTests {
    // Six points of class 0 to 2 each; the view is fixed, so that the middle of the plot is (0, 0).
    static let range = PlotRange(x: -10...10, y: -10...10)

    static func plot(_ points: [Float], _ labels: [Int], range: PlotRange? = range) -> ScatterPlot {
        ScatterPlot(points: points, labels: labels, classNames: ["", "", ""], title: "", range: range)
    }

    // Python: [round(255 + (v - 255) * 0.9) for v in (red, green, blue)], the palette's color at opacity 0.9 on white
    @Test(arguments: [
        (0, [51, 106, 189] as [UInt8]), (1, [210, 179, 48]), (2, [159, 78, 29]),
    ])
    func pointHasItsClassColorAndPlace(label: Int, color: [UInt8]) throws {
        let zero = try Pixels(png: Self.plot([0, 0], [label]).encoded(as: .png(scale: 1))).find(color)
        let right = try Pixels(png: Self.plot([5, 0], [label]).encoded(as: .png(scale: 1))).find(color)
        let up = try Pixels(png: Self.plot([0, 5], [label]).encoded(as: .png(scale: 1))).find(color)
        #expect(zero.count > 15)
        // The middle between the left end, whatever its labels need, and the legend; vertically (76 + 600 - 48) / 2.
        #expect(abs(zero.y - 314) <= 1)
        #expect(abs(right.y - zero.y) <= 0.5 && abs(up.x - zero.x) <= 0.5)
        // The 476 units of height show 20 units of the plane, in both directions alike.
        #expect(abs((right.x - zero.x) - 5 * 476 / 20.0) <= 0.6)
        #expect(abs((zero.y - up.y) - 5 * 476 / 20.0) <= 0.6)
    }

    @Test func aClassWithoutANameNeedsNoLegend() throws {
        func coloredCount(_ name: String) throws -> Int {
            let plot = ScatterPlot(points: [0, 0], labels: [0], classNames: [name], title: "", range: Self.range)
            return try Pixels(png: plot.encoded(as: .png(scale: 1))).find([28, 89, 182]).count
        }
        // The legend's dot is of the full color.
        #expect(try coloredCount("") < coloredCount("a"))
    }

    @Test func pngIsTwicePlotsSize() throws {
        let pixels = try Pixels(png: Self.plot([0, 0], [0]).encoded(as: .png(scale: 2)))
        #expect(pixels.width == 1440 && pixels.height == 1200)
    }

    @Test func pointsThatAreNotFiniteAreCounted() throws {
        let plot = ScatterPlot(
            points: [0, .nan, .infinity, 1, 2, 2], labels: [0, 0, 0], classNames: ["a"], title: "t", subtitle: "epoch 3"
        )
        #expect(plot.remarks(missing: 2, outside: 0) == "epoch 3 · 2 not finite, left out")
        #expect(plot.remarks(missing: 0, outside: 1_234) == "epoch 3 · 1,234 outside the view")
        let clean = ScatterPlot(points: [2, 2], labels: [0], classNames: ["a"], title: "t", subtitle: "epoch 3")
        #expect(try plot.encoded(as: .svg) != clean.encoded(as: .svg), "the remark is drawn")
    }

    @Test func emptyAndSinglePointsDraw() throws {
        let noClass = ScatterPlot(points: [], labels: [], classNames: [], title: "t")
        #expect(XMLParser(data: try noClass.encoded(as: .svg)).parse())
        for point: [Float] in [[1e30, 1e30], [-1e-30, 0], [.nan, .nan], [3e38, -3e38]] {
            let svg = String(decoding: try Self.plot(point, [0], range: nil).encoded(as: .svg), as: UTF8.self)
            #expect(!svg.contains("nan") && !svg.contains("inf"))
        }
    }

    @Test func manyPointsArePixelsInsideTheSVG() throws {
        func svg(_ count: Int) throws -> Data {
            let points = (0..<2 * count).map { Float(($0 * 7919) % 2003) / 100 - 10 }
            return try Self.plot(points, (0..<count).map { $0 % 3 }).encoded(as: .svg)
        }
        let few = try svg(5_000)
        let many = try svg(5_001)
        let most = try svg(40_000)
        #expect(few.range(of: Data("<image".utf8)) == nil)
        #expect(many.range(of: Data("<image".utf8)) != nil)
        // 1,000 x 950 pixels in base64: bounded, where 40,000 circles of about 400 bytes would take 16 MB.
        #expect(most.count < 4_000_000)
        #expect(XMLParser(data: most).parse())
        #expect(try svg(5_001) == many, "same bytes")
    }

    @Test func longAndManyNamesStayInside() throws {
        let names = (0..<300).map { "a class with a long name, number \($0)" }
        let points = (0..<600).map { Float($0 % 17) }
        let plot = ScatterPlot(
            points: points, labels: Array(0..<300), classNames: names, title: String(repeating: "long ", count: 80))
        let pixels = try Pixels(png: plot.encoded(as: .png(scale: 1)))
        for y in 0..<pixels.height {
            #expect((pixels.width - 16..<pixels.width).allSatisfy { pixels[$0, y] == [255, 255, 255] }, "row \(y)")
        }
    }

    @Test func smallPlotOfManyClassesDraws() throws {
        let plot = ScatterPlot(
            points: [0, 0], labels: [0], classNames: (0..<300).map { "a class with a long name, number \($0)" },
            title: "t", size: CGSize(width: 320, height: 240))
        #expect(XMLParser(data: try plot.encoded(as: .svg)).parse())
    }

    @Test func wrongCountsTrap() async {
        await #expect(processExitsWith: .failure) { _ = Self.plot([0, 0, 1], [0]) }
        await #expect(processExitsWith: .failure) { _ = Self.plot([0, 0], [3]) }
    }
}
