import Foundation
import Testing

/// `loss list` and `loss plot`.
struct LossTests {
    /// Where most of the curve is clipped its gradient is 0 almost everywhere.
    @Test func curvesThatAreFlatAreDrawn() throws {
        try Program.inScratchFolder { program in
            let flat = try program.run("loss", "plot", "arcface", "margin=3", "overflow=clip", "-o", "flat.png")
            #expect(flat.status == 0 && program.exists("flat.png"), "\(flat.stderr)")
            let huge = try program.run("loss", "plot", "norm-softmax", "scale=1.7e308", "-o", "huge.png")
            #expect(huge.status != 0 && huge.stderr.contains("scale") && !program.exists("huge.png"), "\(huge.stderr)")
        }
    }

    @Test func theListFitsATerminal() throws {
        try Program.inScratchFolder { program in
            let result = try program.run("loss", "list")
            #expect(result.status == 0 && result.stderr.isEmpty)
            for line in result.lines { #expect(line.count <= 80 && !line.hasSuffix(" "), "\(line)") }
            let arcface = """
                  arcface: A margin added to the angle of the own class
                    scale=64 margin=0.5 overflow=cosine gradient=exact products=fp32
                    Deng et al., "ArcFace", CVPR 2019, eq. 3
                """
            #expect(result.stdout.contains(arcface), "\(result.stdout)")
            let heads = try #require(result.stdout.range(of: "Heads, "))
            let losses = try #require(result.stdout.range(of: "\nLosses "))
            let center = try #require(result.stdout.range(of: "  center: "))
            #expect(heads.lowerBound < losses.lowerBound && losses.lowerBound < center.lowerBound)
        }
    }

    @Test func oneIsShownWithItsFormula() throws {
        try Program.inScratchFolder { program in
            let result = try program.run("loss", "list", "arcface")
            #expect(result.status == 0)
            for part in ["logit_y = s cos(theta_y + margin)", "\n  overflow  cosine  of cosine, easy, none, clip\n"] {
                #expect(result.stdout.contains(part), "\(result.stdout)")
            }
        }
    }

    private struct Method: Decodable {
        struct Setting: Decodable {
            let name: String
            let value: String
        }

        let family: String
        let name: String
        let source: String
        let settings: [Setting]
    }

    @Test func theListAsJSON() throws {
        try Program.inScratchFolder { program in
            let result = try program.run("loss", "list", "--json")
            let methods = try JSONDecoder().decode([Method].self, from: Data(result.stdout.utf8))
            #expect(Set(methods.map(\.family)) == ["head", "loss", "miner", "sampler"])
            let cosface = try #require(methods.first { $0.name == "cosface" })
            #expect(cosface.settings.map(\.name) == ["scale", "margin", "products"])
            #expect(cosface.settings.map(\.value) == ["64", "0.35", "fp32"])
            #expect(cosface.source.contains("CVPR 2018"))
        }
    }

    // python3 -c "from math import *; print(30 * cos(.5), 30 * (-1 - .5 * sin(.5)), degrees(pi - .5), 30 * (-cos(.5) - .5 * sin(.5)))"
    // 26.327476856711183 -37.191383079063044 151.35211024345793 -33.51885993577422
    @Test func aPlotSaysWhatItShows() throws {
        try Program.inScratchFolder { program in
            let result = try program.run(
                "loss", "plot", "arcface", "margin=0.5", "scale=30", "vs", "arcface", "margin=28.65deg", "overflow=none"
            )
            #expect(result.status == 0 && result.stderr.isEmpty, "\(result.stderr)")
            let first = """
                arcface margin=0.5 scale=30
                  margin  0.5 rad (28.65 degrees) on the angle
                  logit   26.33 at 0 degrees, -37.19 at 180
                  falls   from 0.00 to 180.00 degrees
                  jumps   down at 151.35 degrees, from -30.00 to -33.52
                  scale   30
                arcface margin=28.65deg overflow=none

                """
            #expect(result.stdout.hasPrefix(first), "\(result.stdout)")
            #expect(result.stdout.contains("\n  rises   from 151.35 to 180.00 degrees: "))
            #expect(result.stdout.contains("4.0 for C = 10, 9.1 for C = 1,000, 13.7 for C = 100,000\n"))
            #expect(result.stdout.hasSuffix("\nwritten to arcface-vs-arcface.png\n"))
            for line in result.lines { #expect(line.count <= 80, "\(line)") }
            #expect(try program.contents().keys.sorted() == ["arcface-vs-arcface.png"])
            #expect(try program.data("arcface-vs-arcface.png").starts(with: [0x89, 0x50, 0x4E, 0x47]))
        }
    }

    private struct Facts: Decodable {
        struct Curve: Decodable {
            struct Margin: Decodable {
                let radians: Double
                let degrees: Double
                let cosine: Double
            }

            struct Span: Decodable {
                let from: Double
                let to: Double
            }

            struct Jump: Decodable {
                let at: Double
                let from: Double
                let to: Double
            }

            let head: String
            let condition: String?
            let scale: Double?
            let margin: Margin
            let falls: Bool
            let rises: [Span]
            let stays: [Span]
            let jumps: [Jump]
        }

        let curves: [Curve]
        let figure: String
    }

    @Test func thePlotAsJSON() throws {
        try Program.inScratchFolder { program in
            let result = try program.run(
                "loss", "plot", "arcface", "overflow=easy", "vs", "magface", "overflow=none", "vs", "sphereface",
                "-o", "curves.svg", "--json")
            let facts = try JSONDecoder().decode(Facts.self, from: Data(result.stdout.utf8))
            #expect(
                facts.curves.map(\.head) == ["arcface"] + Array(repeating: "magface", count: 3) + [
                    "sphereface", "sphereface",
                ])
            let easy = facts.curves[0]
            #expect(!easy.falls && easy.rises.isEmpty && easy.stays.isEmpty && easy.jumps.count == 1)
            // python3 -c "from math import *; print(-64 * sin(.5), degrees(.5))"
            #expect(abs(easy.jumps[0].at - 90) < 1e-6 && abs(easy.jumps[0].from + 30.683234472) < 1e-6)
            #expect(abs(easy.jumps[0].to) < 1e-6 && abs(easy.margin.degrees - 28.64788975654116) < 1e-9)
            let magface = facts.curves[1...3]
            #expect(magface.allSatisfy { $0.condition?.contains("margin, |x| = ") == true && $0.rises.count == 1 })
            #expect(magface.map { ($0.margin.radians * 1000).rounded() } == [450, 625, 800])
            #expect(facts.curves[4].scale == nil && facts.curves[4].falls)
            #expect(facts.figure == "curves.svg" && program.exists("curves.svg"))
            #expect(try program.text("curves.svg").contains("<svg"))
        }
    }

    /// What stood there stays when the figure cannot be written, and nothing half written is left.
    @Test func aFigureIsWholeOrNotThere() throws {
        try Program.inScratchFolder { program in
            try program.write("old", to: "curve.png")
            let line = #"(ulimit -f 8; "$@" 2>&1 >/dev/null) | cat"#
            let words = ["loss", "plot", "arcface", "-o", "curve.png"]
            let full = try program.runInShell(line, words)
            #expect(full.stdout.contains("curve.png: ") && full.stdout.contains("no room left"), "\(full.stdout)")
            #expect(try program.contents() == ["curve.png": Data("old".utf8)])
            #expect(try program.run(words).status == 0)
            #expect(try program.data("curve.png").count > 10_000)
            let nowhere = try program.run("loss", "plot", "arcface", "-o", "none/curve.png")
            expectOneLine(nowhere, ["none/curve.png: "])
        }
    }
}
