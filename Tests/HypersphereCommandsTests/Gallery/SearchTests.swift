import Files
import Foundation
import Testing
import TestSupport

/// `search`.
struct SearchTests {
    private let words = ["search", TinyRun.folder, "birds"]

    /// The embeddings that `embed` saves tell the same, compared here one by one.
    @Test func whatIsNearestComesFirst() throws {
        try Birds.withImages { program in
            let found = try program.answers(words + ["new", "--nearest", "2"])
            let gallery = try program.embeddings(of: "birds")
            let queries = try program.embeddings(of: "new")
            let images = try #require(found["images"]?.list)
            #expect(images.map { $0["file"]?.text } == ["new/a.jpg", "new/b, c.jpg", "new/d.jpg", "new/e.jpg"])
            for (image, query) in zip(images, queries) {
                let cosines = gallery.map { $0.cosine(with: query) }
                let order = cosines.indices.sorted { (-cosines[$0], $0) < (-cosines[$1], $1) }
                let nearest = try #require(image["nearest"]?.list)
                #expect(try nearest.map { Int(try $0.number("row")) } == Array(order.prefix(2)))
                for entry in nearest {
                    let row = Int(try entry.number("row"))
                    // Cosines of two numbers in float32.
                    #expect(abs(try entry.number("score") - cosines[row]) < 1e-6)
                    #expect(entry["file"]?.text == "birds/\(gallery[row].file)")
                    #expect(entry["className"]?.text == (row < 2 ? "owl" : "wren"))
                }
            }
        }
    }

    @Test func everyMetricHasItsOrder() throws {
        try Birds.withImages { program in
            for (metric, isRising) in [("cosine", false), ("dot", false), ("euclidean", true)] {
                let found = try program.answers(words + ["new/e.jpg", "--metric", metric])
                let nearest = try #require(found["images"]?.list?.first?["nearest"]?.list)
                #expect(nearest.count == 3)
                let scores = try nearest.map { try $0.number("score") }
                #expect(scores == scores.sorted { isRising ? $0 < $1 : $0 > $1 }, "\(metric)")
            }
        }
    }

    /// A gallery without classes, and one that was embedded before, tell of the same images.
    @Test func classesAreNotNeeded() throws {
        try Birds.withImages { program in
            let loose = try program.answers(["search", TinyRun.folder, "new", "birds/owl/1.jpg", "-k", "1"])
            let nearest = try #require(loose["images"]?.list?.first?["nearest"]?.list?.first)
            #expect(nearest["file"]?.text == "new/a.jpg" && nearest["className"] == nil)
            #expect(try nearest.number("score") == 1)

            #expect(try program.run("embed", TinyRun.folder, "new", "-o", "new.safetensors").status == 0)
            let saved = try program.answers(["search", TinyRun.folder, "new.safetensors", "birds/owl/1.jpg", "-k", "1"])
            #expect(saved["images"]?.list?.first?["nearest"]?.list?.first?["file"]?.text == "a.jpg")
            let known = try program.answers(["search", TinyRun.folder, "strokes", "birds/owl/1.jpg", "-k", "1"])
            let digit = try #require(known["images"]?.list?.first?["nearest"]?.list?.first)
            #expect(digit["file"] == nil && digit["className"]?.text.flatMap(Int.init) != nil)
        }
    }

    @Test func textAndTableNameImagesOnce() throws {
        try Birds.withImages { program in
            let text = try program.run(words + ["new/a.jpg", "new/b, c.jpg", "-k", "2", "--quiet"])
            #expect(text.status == 0 && text.stderr.isEmpty)
            #expect(text.lines.count == 9 && text.lines[0] == "birds: 3 embeddings; score: cosine")
            #expect(text.lines[2].split(separator: " ") == ["image", "rank", "nearest", "class", "score"])
            #expect(text.lines[4].hasPrefix("new/a.jpg ") && text.lines[4].contains(" birds/owl/1.jpg   owl    1.0000"))
            #expect(text.lines[5].hasPrefix("   ") && text.lines[6].hasPrefix("new/b, c.jpg "))

            let csv = try program.run(words + ["new/b, c.jpg", "-k", "1", "--csv"])
            #expect(
                csv.stdout == "file,rank,nearest,class,score\n\"new/b, c.jpg\",1,birds/wren/1.jpg,wren,1.0\n",
                "\(csv.stdout)")
        }
    }

    @Test func thePageShowsWhatWasFound() throws {
        try Birds.withImages { program in
            let shown = try program.run(words + ["new", "--page", "found.html", "--csv"])
            #expect(shown.status == 0 && !shown.stdout.contains("found.html"))
            let page = try program.text("found.html")
            #expect(page.contains("<h3>Images and what is nearest</h3></figcaption>"))
            let drawings = page.components(separatedBy: "data:image/svg+xml;base64,").dropFirst().map {
                String(decoding: Data(base64Encoded: String($0.prefix { $0 != "\"" })) ?? Data(), as: UTF8.self)
            }
            // Wide and narrow, light and dark: 4 images and 3 neighbours of each, as far as they fit.
            #expect(drawings.map { $0.components(separatedBy: "<image").count - 1 } == [16, 16, 16, 16])

            #expect(try program.run("embed", TinyRun.folder, "birds", "-o", "birds.safetensors").status == 0)
            let saved = ["search", TinyRun.folder, "birds.safetensors", "new", "--page", "saved.html"]
            expectOneLine(try program.run(saved), ["birds.safetensors: files: ", "--gallery-images"])
            #expect(try program.run(saved + ["--gallery-images", "birds"]).status == 0)
            #expect(try program.text("saved.html").count > 10_000)
            expectOneLine(
                try program.run(words + ["new", "--page", "x.html", "--gallery-images", "birds"]),
                ["birds: --gallery-images: the gallery holds its images itself"])
            let lost = try program.run(saved + ["--gallery-images", "new", "--page", "lost.html"])
            #expect(lost.status == 1 && lost.stderr.contains("owl/1.jpg: does not exist"))
            #expect(!program.exists("lost.html"))
        }
    }

    @Test func aBrokenImageIsNamedAndOthersGoOn() throws {
        try Birds.withImages { program in
            try program.write("no image", to: "bad.png")
            let result = try program.run(words + ["bad.png", "new/a.jpg", "none.jpg", "-k", "1", "--csv"])
            #expect(result.status == 1)
            #expect(result.lines.prefix(2) == ["file,rank,nearest,class,score", "new/a.jpg,1,birds/owl/1.jpg,owl,1.0"])
            #expect(result.errorLines.count == 2 && result.stderr.contains("\nerror: none.jpg: does not exist"))
            let nothing = try program.run(words + ["none.jpg"])
            #expect(nothing.status == 1 && nothing.stdout == "birds: 3 embeddings; score: cosine\n")
        }
    }
}

extension Program {
    /// What `embed` writes of a folder.
    fileprivate func embeddings(of folder: String) throws -> [Point] {
        #expect(try run("embed", TinyRun.folder, folder, "-o", "\(folder).csv", "--threads", "1").status == 0)
        let rows = try CSVTable(data("\(folder).csv"), path: folder).rows.dropFirst()
        return try rows.map { row in
            Point(
                file: row.fields[0], x: try #require(Double(row.fields[row.fields.count - 2])),
                y: try #require(Double(row.fields[row.fields.count - 1])))
        }
    }
}

/// An embedding of two numbers.
private struct Point {
    let file: String
    let x: Double
    let y: Double

    func cosine(with other: Point) -> Double {
        (x * other.x + y * other.y) / ((x * x + y * y) * (other.x * other.x + other.y * other.y)).squareRoot()
    }
}
