import Foundation
import Testing

@testable import Visualization

#if canImport(FoundationXML)
    import FoundationXML
#endif

struct PanelFigureTests {
    static func figure(panels: Int, points: Int, classes: Int = 3) -> PanelFigure {
        let labels = (0..<points).map { $0 % classes }
        let panels = (0..<panels).map { panel in
            ScatterPanel(
                title: "method \(panel)", note: "98.1 %", points: (0..<2 * points).map { Float(($0 * 7919) % 2003) },
                labels: labels)
        }
        return PanelFigure(panels: panels, classNames: (0..<classes).map { "class \($0)" }, title: "t")
    }

    /// The frames' color stands at the left and right of each map and nowhere else on the middle line of a row of maps.
    @Test(arguments: [(1, 1), (2, 2), (4, 4), (7, 4), (5, 5)])
    func mapsStandInRows(panels: Int, columns: Int) throws {
        let figure = Self.figure(panels: panels, points: 0)
        let pixels = try Pixels(png: figure.encoded(as: .png(scale: 1)))
        let frame: [UInt8] = [0xB6, 0xBD, 0xC6]
        func crossings(_ y: Int) -> Int {
            (1..<pixels.width).count { isFrame($0, y) && !isFrame($0 - 1, y) }
        }
        func isFrame(_ x: Int, _ y: Int) -> Bool {
            zip(pixels[x, y], frame).allSatisfy { Int($0) < Int($1) + 40 && $0 < 235 }
        }
        // A frame of one unit lies half on each of two pixels.
        let most = (0..<pixels.height).map(crossings)
        #expect(most.contains(2 * columns))
    }

    @Test func manyPointsArePixelsInsideTheSVG() throws {
        let few = try Self.figure(panels: 5, points: 1_000).encoded(as: .svg)
        let many = try Self.figure(panels: 6, points: 1_000).encoded(as: .svg)
        #expect(few.range(of: Data("<image".utf8)) == nil)
        #expect(String(decoding: many, as: UTF8.self).components(separatedBy: "<image").count - 1 == 6)
        #expect(XMLParser(data: many).parse())
    }

    @Test func pointsKeepTheirColors() throws {
        let figure = PanelFigure(
            panels: [ScatterPanel(title: "a", points: [0, 0, 1, 1, .nan, 0], labels: [0, 1, 2])],
            classNames: ["", "", ""], size: CGSize(width: 500, height: 560))
        let pixels = try Pixels(png: figure.encoded(as: .png(scale: 1)))
        // Python: [round(255 + (v - 255) * 0.9) for v in (red, green, blue)], the palette's color at opacity 0.9 on white
        let (first, second) = (pixels.find([51, 106, 189]), pixels.find([210, 179, 48]))
        #expect(first.count > 15 && second.count > 15 && pixels.find([159, 78, 29]).count == 0)
        #expect(first.x < second.x && first.y > second.y)
        #expect(abs((second.x - first.x) - (first.y - second.y)) <= 1, "both axes alike")
    }

    @Test(arguments: [1, 10, 100, 1_000])
    func anyNumberOfClassesDraws(classes: Int) throws {
        for width in [260.0, 380, 912] {
            let figure = Self.figure(panels: 3, points: 50, classes: classes).laidOut(width: width)
            let svg = try figure.encoded(as: .svg)
            #expect(XMLParser(data: svg).parse() && hasOnlyNumbers(svg))
            let pixels = try Pixels(png: figure.encoded(as: .png(scale: 1)))
            for y in 0..<pixels.height { #expect(pixels[pixels.width - 20, y] == [255, 255, 255]) }
            for x in 0..<pixels.width { #expect(pixels[x, pixels.height - 4] == [255, 255, 255]) }
        }
    }

    @Test func wrongLabelsTrap() async {
        await #expect(processExitsWith: .failure) { _ = ScatterPanel(title: "", points: [1], labels: [0]) }
        await #expect(processExitsWith: .failure) {
            _ = PanelFigure(panels: [ScatterPanel(title: "", points: [1, 1], labels: [2])], classNames: ["a"])
        }
        await #expect(processExitsWith: .failure) { _ = PanelFigure(panels: [], classNames: []) }
    }
}
