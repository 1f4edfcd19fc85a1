import Foundation
import Testing

@testable import Visualization

/// The report as a reader has it: opened in Chromium on a screen and on a phone, with real events of mouse, keys and fingers.
@Suite(.serialized, .enabled(if: Browser.path != nil, "Chromium is not installed"), .browser)
struct ReportInBrowserTests {
    static let evil = "</script><img src=x onerror=\"window.isBroken = true\"><!--"

    /// Four points in the corners of a square of side 2 around zero and one in its middle, of classes 0, 1, 0, 1, 2.
    static func report() throws -> Report {
        let movie = FeatureMovie(
            classNames: ["a", evil, "c"], labels: [0, 1, 0, 1, 2],
            frames: [
                FeatureFrame(name: "epoch 1", points: [0, 0, 0, 0, 0, 0, 0, 0, 0, 0]),
                FeatureFrame(name: "epoch 2", points: [-1, -1, 1, -1, 1, 1, -1, 1, 0, 0]),
            ], sampleNames: ["one.png", evil, "three.png", "four.png", "five.png"],
            thumbnails: Thumbnails(
                width: 2, height: 2, channels: 1, pixels: Data((0..<20).map { UInt8(40 + 50 * ($0 / 4)) })))
        let curve = Figure(
            title: "run", panels: [LineChart(title: "loss", series: [LineSeries("train", x: [1, 2], y: [2, 1])])])
        return Report(
            title: evil, about: evil, summary: [(evil, evil)],
            figures: [
                ConfusionMatrix(counts: [8, 1, 2, 9], classNames: ["a", evil], title: evil),
                SimilarityHistogram(same: [1, 2, 5], different: [4, 3, 1], title: "pairs"),
            ],
            tables: [ReportTable(title: evil, note: evil, columns: ["method", evil], rows: [[evil, "1 %"]])],
            metrics: MetricsTable(columns: ["epoch", "loss"], rows: [[1, 0.5], [2, 0.25]]), curves: [curve],
            features: movie, recipe: evil, environment: evil)
    }

    private func withPage(width: Int, height: Int, isDark: Bool = false, _ body: (Browser) throws -> Void) throws {
        try withTemporaryFolder { folder in
            let path = folder + "/report.html"
            try Self.report().write(to: path)
            let browser = try #require(Browser.shared)
            try browser.open(path, width: width, height: height, isDark: isDark)
            try body(browser)
            #expect(browser.complaints.isEmpty)
        }
    }

    /// The middle of the map on the screen, and the pixels for one unit of the points: the script leaves 28 on each side.
    private func map(_ browser: Browser) throws -> (x: Double, y: Double, scale: Double) {
        _ = try browser.evaluate("document.querySelector('.stage').scrollIntoView({ block: 'center' })")
        try browser.waitForFrame()
        let box = try browser.numbers(
            "(({ left, top, width, height }) => [left, top, width, height])(document.querySelector('.stage canvas').getBoundingClientRect())"
        )
        return (box[0] + box[2] / 2, box[1] + box[3] / 2, (min(box[2], box[3]) - 56) / 2)
    }

    private func tip(_ browser: Browser) throws -> String? {
        try browser.evaluate("document.querySelector('.tip').hidden ? null : document.querySelector('.tip').innerText")
            as? String
    }

    @Test(arguments: [(1280, 800), (390, 844)])
    func opensWithoutErrorsAndFitsTheScreen(width: Int, height: Int) throws {
        try withPage(width: width, height: height, isDark: width < 500) { browser in
            #expect(try browser.evaluate("document.documentElement.scrollWidth") as? Int == width)
            #expect(try browser.evaluate("window.isBroken === undefined") as? Bool == true)
            #expect(try browser.evaluate("document.querySelectorAll('img[src=x]').length") as? Int == 0)
            #expect(try browser.evaluate("document.querySelector('h1').textContent") as? String == Self.evil)
            #expect(try browser.evaluate("document.querySelectorAll('nav a').length") as? Int == 6)
            let isLoaded = "[...document.images].every((image) => image.complete && image.naturalWidth > 0)"
            #expect(
                try browser.evaluate("Promise.all([...document.images].map((i) => i.decode())).then(() => \(isLoaded))")
                    as? Bool == true)
            let page = try browser.evaluate("getComputedStyle(document.documentElement).backgroundColor") as? String
            #expect(page == (width < 500 ? "rgb(16, 18, 22)" : "rgb(246, 247, 248)"))
        }
    }

    @Test func hoverShowsImageNameAndClass() throws {
        try withPage(width: 1280, height: 800) { browser in
            let map = try map(browser)
            #expect(try tip(browser) == nil)
            try browser.mouse("mouseMoved", map.x + map.scale, map.y + map.scale)
            #expect(try tip(browser) == "\(Self.evil)\n\(Self.evil)", "the lower right point")
            try browser.mouse("mouseMoved", map.x, map.y)
            #expect(try tip(browser) == "c\nfive.png")
            let pixel = "document.querySelector('.tip canvas').getContext('2d').getImageData(0, 0, 1, 1).data[0]"
            #expect(try browser.evaluate(pixel) as? Int == 240, "the fifth thumbnail")
            try browser.mouse("mouseMoved", map.x + map.scale / 2, map.y)
            #expect(try tip(browser) == nil, "nothing is near")
        }
    }

    @Test func wheelAndDragMoveWhatIsShown() throws {
        try withPage(width: 1280, height: 800) { browser in
            let map = try map(browser)
            try browser.mouse("mouseMoved", map.x, map.y)
            // exp(200 * 0.002) = 1.4918 at the place of the pointer, which is the middle.
            try browser.mouse("mouseWheel", map.x, map.y, wheel: -200)
            let scale = map.scale * 1.4918
            try browser.mouse("mousePressed", map.x, map.y)
            try browser.mouse("mouseMoved", map.x - 0.5 * scale, map.y + 0.5 * scale)
            try browser.mouse("mouseReleased", map.x - 0.5 * scale, map.y + 0.5 * scale)
            try browser.mouse("mouseMoved", map.x + 0.5 * scale, map.y - 0.5 * scale)
            #expect(try tip(browser) == "a\nthree.png", "the upper right point")
            for clicks in 1...2 {
                try browser.mouse("mousePressed", map.x, map.y, clicks: clicks)
                try browser.mouse("mouseReleased", map.x, map.y, clicks: clicks)
            }
            try browser.mouse("mouseMoved", map.x - map.scale, map.y - map.scale)
            #expect(try tip(browser)?.contains("four.png") == true, "all is seen again")
        }
    }

    @Test func keysMoveAndZoomTheMapAndReachTheLegend() throws {
        try withPage(width: 1280, height: 800) { browser in
            let map = try map(browser)
            _ = try browser.evaluate("document.querySelector('.stage canvas').focus()")
            try browser.press("+", code: 187, text: "+")
            try browser.press("ArrowLeft", code: 37)
            try browser.mouse("mouseMoved", map.x + 48, map.y)
            #expect(try tip(browser) == "c\nfive.png")
            try browser.press("Tab", code: 9)
            #expect(try browser.evaluate("document.activeElement.title") as? String == "a")
            try browser.press("Enter", code: 13, text: "\r")
            let pressed = "[...document.querySelectorAll('.legend button')].map((b) => b.ariaPressed).join()"
            #expect(try browser.evaluate(pressed) as? String == "true,false,false")
            try browser.mouse("mouseMoved", map.x + 48, map.y + 1)
            #expect(try tip(browser) == nil, "a class that is not chosen is faded")
            try browser.press("Escape", code: 27)
            #expect(try browser.evaluate(pressed) as? String == "false,false,false")
        }
    }

    @Test func aChosenClassStandsOut() throws {
        try withPage(width: 1280, height: 800) { browser in
            let map = try map(browser)
            /// How far from white the pixel of the map at a point is.
            func ink(_ x: Double, _ y: Double) throws -> Double {
                let pixel = try browser.numbers(
                    """
                    (() => {
                      const canvas = document.querySelector('.stage canvas');
                      const box = canvas.getBoundingClientRect();
                      return [...canvas.getContext('2d').getImageData(\(x) - box.left, \(y) - box.top, 1, 1).data];
                    })()
                    """)
                return 3 * 255 - pixel[0] - pixel[1] - pixel[2]
            }
            // Beside the lines of the grid, which cross the points.
            func inks() throws -> [Double] {
                try [(-1.0, -1.0), (1, -1)].map {
                    try ink(map.x + $0.0 * map.scale + 2, map.y - $0.1 * map.scale + 2)
                }
            }
            let before = try inks()
            _ = try browser.evaluate("document.querySelectorAll('.legend button')[0].click()")
            try browser.waitForFrame()
            let after = try inks()
            #expect(before.allSatisfy { $0 > 100 })
            #expect(abs(after[0] - before[0]) < 3 && after[1] < before[1] / 2)
        }
    }

    @Test func theSliderShowsEarlierEpochs() throws {
        try withPage(width: 1280, height: 800) { browser in
            let now = "document.querySelector('.now').textContent"
            #expect(try browser.evaluate(now) as? String == "epoch 2")
            _ = try browser.evaluate(
                "(() => { const s = document.querySelector('.controls input'); s.value = '0'; s.dispatchEvent(new Event('input')); })()"
            )
            #expect(try browser.evaluate(now) as? String == "epoch 1")
        }
    }

    @Test func fingersShowAndZoom() throws {
        try withPage(width: 390, height: 844) { browser in
            let map = try map(browser)
            try browser.touch("touchStart", [(map.x, map.y)])
            #expect(try tip(browser) == "c\nfive.png")
            try browser.touch("touchEnd", [])
            // One finger stays in the middle, the other doubles its distance.
            try browser.touch("touchStart", [(map.x, map.y), (map.x + 40, map.y)])
            try browser.touch("touchMove", [(map.x, map.y), (map.x + 80, map.y)])
            try browser.touch("touchEnd", [])
            try browser.touch("touchStart", [(map.x - map.scale, map.y - map.scale)])
            #expect(try tip(browser) == nil, "the corner's point has moved out of sight")
            try browser.touch("touchEnd", [])
        }
    }

    @Test func thePolicyForbidsConnectionsAndForeignScripts() throws {
        try withTemporaryFolder { folder in
            let path = folder + "/report.html"
            // A page whose escaping failed.
            let html = try Self.report().html().replacing(
                "</main>", with: "<script>window.isBroken = true</script></main>")
            try html.write(toFile: path, atomically: true, encoding: .utf8)
            let browser = try #require(Browser.shared)
            try browser.open(path, width: 1280, height: 800)
            #expect(try browser.evaluate("window.isBroken === undefined") as? Bool == true)
            #expect(browser.complaints.contains { $0.contains("inline script") })
            let answer = try browser.evaluate("fetch('data:text/plain,x').then(() => 'loaded', () => 'refused')")
            #expect(answer as? String == "refused")
            #expect(try browser.evaluate("document.querySelectorAll('.legend button').length") as? Int == 3)
        }
    }
}
