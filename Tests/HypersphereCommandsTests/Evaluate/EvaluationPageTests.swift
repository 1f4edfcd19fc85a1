import Foundation
import TestSupport
import Testing
import Torch

/// The pages that `evaluate` writes beside its numbers.
@Suite(.noLeaks) struct EvaluationPageTests {
    private func page(_ program: Program, _ words: [String]) throws -> (html: String, stdout: String) {
        let result = try program.run(["evaluate"] + words + ["--page", "page.html", "--threads", "1"])
        #expect(result.status == 0 && result.stderr.isEmpty, "\(result.stderr)")
        #expect(result.stdout.hasSuffix("\npage.html: the pictures\n"))
        return (try program.text("page.html"), result.stdout)
    }

    /// A model's test images are searched: the page has the printed numbers, the curve and the images.
    @Test func aSearchIsShown() throws {
        try TinyRun.withCopy { program in
            let (html, stdout) = try page(program, ["retrieval", TinyRun.folder])
            for words in [
                "Retrieval of strokes-digits/test", "Match curve", "Similarities of pairs",
                "Queries and what is nearest",
            ] {
                #expect(html.contains(words), "\(words)")
            }
            let row = try #require(stdout.split(separator: "\n").first { $0.hasPrefix("MAP@R") })
            for cell in row.split(separator: " ") { #expect(html.contains(">\(cell)<"), "\(cell)") }
        }
    }

    @Test func pairsAreShown() throws {
        try Program.inScratchFolder { program in
            try program.write("label,x0,x1\na,1,0\na,1,0.1\nb,0,1\nb,0.1,1\n", to: "x.csv")
            let (html, _) = try page(program, ["verification", "--embeddings", "x.csv", "--far", "0.5"])
            for words in ["Similarities of pairs", "Receiver operating", "Detection error tradeoff", "2 of one class"] {
                #expect(html.contains(words), "\(words)")
            }
        }
    }

    @Test func unknownClassesAreShownByEachScore() throws {
        try Program.inScratchFolder { program in
            try program.write("label,x0,x1\na,1,0\na,1,0.1\nb,0,1\nb,0.1,1\n", to: "train.csv")
            try program.write("label,x0,x1\na,1,0.05\nb,0.05,1\n", to: "known.csv")
            try program.write("label,x0,x1\nc,-1,0\nd,0,-1\n", to: "unknown.csv")
            let words = ["--known-train", "train.csv", "--known", "known.csv", "--unknown", "unknown.csv", "--k", "2"]
            let (html, _) = try page(program, ["open-set", "--quiet"] + words)
            for words in ["At low false accept rates", ">nearest-cosine<", ">neighbour-2-cosine<", ">1.0000<"] {
                #expect(html.contains(words), "\(words)")
            }
        }
    }

    @Test func episodesAreShown() throws {
        try Program.inScratchFolder { program in
            try program.write("label,x0,x1\na,1,0\na,1,0.1\nb,0,1\nb,0.1,1\n", to: "x.csv")
            let (html, _) = try page(
                program, ["few-shot", "--embeddings", "x.csv", "--ways", "2", "--shots", "1", "--queries", "1"])
            for words in ["Episodes", ">1.0000<", "± 0.0000", "2 classes, 1 example"] {
                #expect(html.contains(words), "\(words)")
            }
        }
    }

    @Test func aPageThatCannotBeWrittenIsSaid() throws {
        try Program.inScratchFolder { program in
            try program.write("label,x0,x1\na,1,0\na,1,0.1\nb,0,1\nb,0.1,1\n", to: "x.csv")
            let result = try program.run(
                "evaluate", "verification", "--embeddings", "x.csv", "--far", "0.5", "--page", "none/page.html")
            #expect(result.status == 1 && result.stderr.hasPrefix("error: none/page.html: the folder "))
        }
    }
}
