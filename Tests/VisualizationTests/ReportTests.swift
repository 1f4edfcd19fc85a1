import Files
import Foundation
import Testing

@testable import Visualization

struct ReportTests {
    static let evil = "</script><script>alert(\"x\")</script>&'<!--"

    static func movie(samples: Int, epochs: Int, names: [String] = ["a", "b"], withImages: Bool = true) -> FeatureMovie
    {
        let frames = (1...epochs).map { epoch in
            FeatureFrame(
                name: "epoch \(epoch)", note: evil, points: (0..<2 * samples).map { Float(($0 * 31 + epoch) % 1009) },
                centers: [Float](repeating: 1, count: 2 * names.count))
        }
        let images = Thumbnails(
            width: 28, height: 28, channels: 1,
            pixels: Data((0..<samples * 784).map { UInt8(truncatingIfNeeded: $0 / 7 * ($0 % 11)) }))
        return FeatureMovie(
            classNames: names, labels: (0..<samples).map { $0 % names.count }, frames: frames,
            thumbnails: withImages ? images : nil)
    }

    static func report(_ movie: FeatureMovie?) throws -> Report {
        let curve = Figure(
            title: evil, panels: [LineChart(title: evil, series: [LineSeries(evil, x: [1, 2], y: [2, 1])])])
        return Report(
            title: evil, summary: [(evil, evil)],
            metrics: MetricsTable(columns: ["epoch", evil], rows: [[1, 0.5], [2, .nan]]), curves: [curve],
            gallery: [try Picture(caption: evil, of: curve)], features: movie, recipe: evil, environment: evil)
    }

    @Test func everythingGivenIsEscaped() throws {
        let html = try Self.report(Self.movie(samples: 4, epochs: 2, names: [Self.evil, "b"])).html()
        #expect(!html.contains("alert(\"x\")") && !html.contains("<!--"))
        // The page's own: one of data, one of code.
        #expect(html.components(separatedBy: "<script").count == 3)
        #expect(html.components(separatedBy: "</script").count == 3)
        // Python: html.escape("</script><script>alert(\"x\")</script>&'<!--") with ' as &#39;
        let escaped =
            "&lt;/script&gt;&lt;script&gt;alert(&quot;x&quot;)&lt;/script&gt;&amp;&#39;&lt;!--"
        // Title twice, summary twice, column, curve's text and caption, picture's text and caption, recipe, environment.
        #expect(html.components(separatedBy: escaped).count - 1 == 11)
    }

    @Test func pageNeedsNoNetwork() throws {
        let html = try Self.report(Self.movie(samples: 4, epochs: 2)).html()
        for sign in ["http:", "https:", "//cdn", "@import", "src=\"/", "<link", "href=\"/"] {
            #expect(!html.contains(sign))
        }
    }

    @Test func dataOfTheMapReadsBack() throws {
        let movie = Self.movie(samples: 4, epochs: 2, names: [Self.evil, "b"])
        let html = try Self.report(movie).html()
        let start = try #require(html.range(of: "id=\"feature-data\">")).upperBound
        let end = try #require(html[start...].range(of: "</script>")).lowerBound
        let json = try #require(
            try JSONSerialization.jsonObject(with: Data(html[start..<end].utf8)) as? [String: Any])
        #expect(json["classes"] as? [String] == [Self.evil, "b"])
        #expect(json["labels"] as? [Int] == [0, 1, 0, 1])
        #expect(json["lightColors"] as? [String] == ["#1c59b6", "#cdab19"])
        let frames = try #require(json["frames"] as? [[String: Any]])
        #expect(frames.map { $0["name"] as? String } == ["epoch 1", "epoch 2"])
    }

    @Test func coordinatesKeepSixteenBits() throws {
        let points: [Float] = [-3, 0.25, 7, 0.5, .nan, 1, 2, -.infinity, 1.5, 0.3]
        let movie = FeatureMovie(
            classNames: ["a"], labels: [0, 0, 0, 0, 0], frames: [FeatureFrame(name: "", points: points)])
        let frame = try #require(try FeatureData(movie).frames.first)
        #expect(frame.low == [-3, 0.25] && frame.high == [7, 0.5])
        let bytes = try #require(Data(base64Encoded: frame.data))
        let words = stride(from: 0, to: bytes.count, by: 2).map {
            Int16(bitPattern: UInt16(bytes[$0]) | UInt16(bytes[$0 + 1]) << 8)
        }
        // Python: round((1.5 + 3) / 10 * 65534 - 32767), round(0.05 / 0.25 * 65534 - 32767)
        #expect(words == [-32767, -32767, 32767, 32767, -32768, -32768, -32768, -32768, -3277, -19660])
    }

    @Test func thumbnailsLieSideBySide() throws {
        let grey = Thumbnails(width: 2, height: 1, channels: 1, pixels: Data([1, 2, 3, 4, 5, 6]))
        let sheet = try Pixels(png: grey.sheet(of: [2, 0, 1]))
        #expect(sheet.width == 4 && sheet.height == 2)
        #expect((0..<4).map { sheet[$0, 0][0] } == [5, 6, 1, 2])
        #expect((0..<2).map { sheet[$0, 1][0] } == [3, 4])
        let color = Thumbnails(width: 1, height: 1, channels: 3, pixels: Data([10, 20, 30, 40, 50, 60]))
        let colors = try Pixels(png: color.sheet(of: [1, 0]))
        #expect(colors[0, 0] == [40, 50, 60] && colors[1, 0] == [10, 20, 30])
    }

    @Test func manySamplesAreThinnedWithoutFavour() throws {
        let shown = FeatureMovie.shownSamples(of: 200_000)
        #expect(shown.count == 20_000 && shown == shown.sorted() && Set(shown).count == 20_000)
        // Classes in turn: every tenth sample would be of one class. Each of ten classes has 2,000 +- 4 deviations.
        let counts = (0..<10).map { digit in shown.count { $0 % 10 == digit } }
        #expect(counts.allSatisfy { (1_830...2_170).contains($0) }, "\(counts)")
        #expect(FeatureMovie.shownSamples(of: 7) == Array(0..<7))
    }

    @Test func fileStaysSmall() throws {
        let html = try Report(title: "t", features: Self.movie(samples: 2_000, epochs: 130)).html()
        #expect(html.utf8.count < 3_000_000)
    }

    @Test func manySamplesLeaveRoomForFewerFrames() {
        func frames(_ samples: Int) -> [FeatureFrame] {
            let movie = FeatureMovie(
                classNames: ["a"], labels: [Int](repeating: 0, count: samples),
                frames: (1...130).map {
                    FeatureFrame(name: "\($0)", points: [Float](repeating: 0, count: 2 * samples))
                })
            return movie.shownFrames
        }
        for (samples, count) in [(10, 120), (10_000, 60), (20_000, 30), (20_010, 30)] {
            let shown = frames(samples)
            #expect(shown.count == count && shown.first?.name == "1" && shown.last?.name == "130", "\(samples)")
        }
    }

    /// The sheet of 20,000 images of 32 x 32 in color would have 61 MB.
    @Test func sheetOfThumbnailsIsBounded() throws {
        let thumbnails = Thumbnails(width: 32, height: 16, channels: 3, pixels: Data(count: 100 * 1_536))
        #expect(thumbnails.shrunk(for: 7_812) == thumbnails)
        let small = thumbnails.shrunk(for: 20_000)
        // Python: math.sqrt(12e6 / (20000 * 1536)) * 32, ... * 16: 20.0, 10.0
        #expect(small.width == 20 && small.height == 10 && small.count == 100)
        #expect(small.width * small.height * 3 * 20_000 <= Thumbnails.mostBytes)
    }

    @Test func tablesAreEscapedAndWhole() throws {
        let table = ReportTable(
            title: Self.evil, note: Self.evil, columns: ["method", Self.evil], rows: [[Self.evil, "98.1 %"]])
        let html = try Report(title: "t", tables: [table]).html()
        // Python: html.escape("</script><script>alert(\"x\")</script>&'<!--") with ' as &#39;
        let escaped = "&lt;/script&gt;&lt;script&gt;alert(&quot;x&quot;)&lt;/script&gt;&amp;&#39;&lt;!--"
        #expect(html.components(separatedBy: escaped).count - 1 == 4 && !html.contains("<script"))
        #expect(html.contains("<td>98.1 %</td>"))
    }

    @Test func figuresAreTitledInTheirPageAndDrawnForScreensAndColors() throws {
        let matrix = ConfusionMatrix(counts: [1, 2, 3, 4], classNames: ["a", "b"], title: Self.evil, subtitle: "s")
        let html = try Report(title: "t", figures: [matrix]).html()
        #expect(html.contains("<h3>&lt;/script&gt;") && html.contains("</h3>s</figcaption>"))
        let sources = html.components(separatedBy: "data:image/svg+xml;base64,").dropFirst()
            .map { String($0.prefix { $0 != "\"" }) }
        #expect(sources.count == 4 && Set(sources).count == 4)
    }

    // Python: [round(1.5 * (1 * a + 0.5 * b) ...)]: 3 pixels onto 2 are 1 and half of the next, by 1.5:
    // [round((10 + 0.5 * 40) / 1.5), round((0.5 * 40 + 220) / 1.5)] = [20, 160]
    @Test func imagesShrinkToMeans() {
        let row = SampleImage(width: 3, height: 1, channels: 1, pixels: Data([10, 40, 220]))
        #expect(Array(row.resized(width: 2, height: 1).pixels) == [20, 160])
        #expect(Array(row.resized(width: 6, height: 1).pixels) == [10, 10, 40, 40, 220, 220])
        let color = SampleImage(width: 1, height: 2, channels: 3, pixels: Data([0, 100, 10, 50, 200, 20]))
        #expect(Array(color.resized(width: 1, height: 1).pixels) == [25, 150, 15])
        let square = row.inSquare(side: 3, channels: 3)
        #expect(Array(square.pixels.prefix(9)) == [UInt8](repeating: 128, count: 9))
        #expect(Array(square.pixels[9..<18]) == [10, 10, 10, 40, 40, 40, 220, 220, 220])
        #expect(Thumbnails(of: [row, color], side: 4).pixels.count == 2 * 4 * 4 * 3)
    }

    @Test func tableLinesUpItsDigits() {
        let table = MetricsTable(
            columns: ["epoch", "loss", "rate", "seconds"],
            rows: [[1, 2.30258, 1e-4, 61.25], [10, .nan, 8e-5, 9.5]])
        #expect(table.texts == [["1", "2.3026", "1e−4", "61.250"], ["10", "–", "8e−5", "9.500"]])
    }

    /// A falling learning rate keeps three digits to its end.
    @Test func smallNumbersAreNotRoundedAway() {
        let table = MetricsTable(
            columns: ["epoch", "rate", "cycle", "long"],
            rows: [[1, 0.001, 0.1, 12.5], [2, 0.00064, 0.01, 0.001], [3, 0.00041, 1e-7, 0]])
        #expect(table.texts.map { $0[1] } == ["0.001000", "0.000640", "0.000410"])
        #expect(table.texts.map { $0[2] } == ["1e−1", "1e−2", "1e−7"])
        #expect(table.texts.map { $0[3] } == ["12.500", "0.001", "0.000"])
    }

    /// What is shown of a set is told.
    @Test func aPartOfASetIsTold() throws {
        let frame = FeatureFrame(name: "", points: [0, 0, 1, 1])
        let movie = FeatureMovie(classNames: ["a"], labels: [0, 0], frames: [frame], total: 100)
        #expect(try Report(title: "t", features: movie).html().contains("\"total\":100"))
    }

    @Test func emptyReportHasNoEmptyParts() throws {
        let html = try Report(title: "t", features: FeatureMovie(classNames: [], labels: [], frames: [])).html()
        #expect(!html.contains("<section") && !html.contains("<script"))
        _ = try Report(
            title: "t", features: FeatureMovie(classNames: [], labels: [], frames: [FeatureFrame(name: "", points: [])])
        ).html()
    }

    @Test func sameReportGivesSameText() throws {
        let report = try Self.report(Self.movie(samples: 40, epochs: 3))
        #expect(try report.html() == report.html())
    }

    @Test func missingFolderIsAnErrorAndOldFileStays() throws {
        try withTemporaryFolder { folder in
            let path = folder + "/report.html"
            try Report(title: "old").write(to: path)
            let error = #expect(throws: UserFacingError.self) {
                try Report(title: "new").write(to: folder + "/missing/report.html")
            }
            #expect(error?.problem.contains("does not exist") == true)
            #expect(try String(contentsOfFile: path, encoding: .utf8).contains("<title>old</title>"))
        }
    }
}
