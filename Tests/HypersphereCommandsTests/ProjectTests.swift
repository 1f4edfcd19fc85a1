import Datasets
import Foundation
import TestSupport
import Testing
import Torch

@Suite(.noLeaks) struct ProjectTests {
    private static let count = 60

    /// Images of digits in every format, and their labels.
    private func withEmbeddings(_ body: (Program) throws -> Void) throws {
        try Program.inScratchFolder { program in
            let rows = try Fixture("projection")["digits"].tensor("images", as: .float32)[0..<Self.count]
            let labels = (0..<Int64(Self.count)).map { $0 % 3 * 7 }
            let files = (0..<Self.count).map { "image \($0), \"new\".png" }
            let list = String(decoding: try JSONEncoder().encode(files), as: UTF8.self)
            let names = String(
                decoding: try JSONEncoder().encode(["zero"] + (1..<15).map { "\($0)" }), as: UTF8.self)
            try NPYFile.write(rows, to: program.path("rows.npy"))
            try NPYFile.write(rows.to(.float64), to: program.path("wide.npy"))
            try NPYFile.write(Tensor(labels), to: program.path("labels.npy"))
            try SafetensorsFile.write(
                ["embeddings": rows, "labels": Tensor(labels)],
                metadata: ["files": list, "classNames": names], to: program.path("rows.safetensors"))
            let values = rows.array(of: Float.self)
            let lines = (0..<Self.count).map { row in
                let numbers = values[64 * row..<64 * (row + 1)].map { "\($0)" }.joined(separator: ",")
                return "\"\(files[row].replacing("\"", with: "\"\""))\",\(labels[row]),\(numbers)\n"
            }
            let header = "file,label,\((0..<64).map { "x\($0)" }.joined(separator: ","))\n"
            try program.write(header + lines.joined(), to: "rows.csv")
            try program.write(labels.map { "\($0)\n" }.joined(), to: "labels.txt")
            try IDXFile(shape: [Self.count], elements: .bytes(labels.map(UInt8.init)))
                .write(to: program.path("labels.idx.gz"), compressed: true)
            try body(program)
        }
    }

    private func project(_ program: Program, _ words: String...) throws -> Program.Result {
        let result = try program.run(["project"] + words)
        #expect(result.status == 0 && result.stderr.isEmpty, "\(result.stderr)")
        return result
    }

    @Test func printsWhatWasDone() throws {
        try withEmbeddings { program in
            var lines = try project(program, "rows.npy", "--method", "pca", "-o", "out.csv").lines
            #expect(lines[0] == "out.csv: 60 embeddings of 64 numbers")
            #expect(lines[1].wholeMatch(of: /PCA: [0-9.]+ % and [0-9.]+ % of the variance/) != nil)
            #expect(lines[2].wholeMatch(of: /trustworthiness 0\.\d{4}, continuity 0\.\d{4} \(5 neighbours\)/) != nil)
            lines = try project(
                program, "rows.npy", "--method", "tsne", "-o", "out.csv", "--perplexity", "10", "--iterations", "30",
                "--seed", "7"
            ).lines
            #expect(lines[1] == "t-SNE: perplexity 10, 30 iterations, seed 7")
            lines = try project(program, "rows.npy", "--method", "umap", "-o", "out.csv", "--neighbours", "6").lines
            #expect(lines[1] == "UMAP: 6 neighbours, 500 iterations, seed 0")
        }
    }

    /// The numbers do not depend on the file's format, on that of the labels, or on threads.
    @Test func formatsAgree() throws {
        try withEmbeddings { program in
            func table(_ words: String...) throws -> [Substring] {
                let result = try program.run(
                    ["project"] + words + [
                        "--method", "tsne", "--iterations", "30", "--perplexity", "8", "-o", "out.csv",
                    ])
                #expect(result.status == 0 && result.stderr.isEmpty, "\(result.stderr)")
                return try program.text("out.csv").split(separator: "\n")
            }
            let full = try table("rows.csv")
            #expect(full[0] == "file,label,x,y" && full.count == Self.count + 1)
            #expect(
                full[1].hasPrefix(#""image 0, ""new"".png",0,"#) && full[3].hasPrefix(#""image 2, ""new"".png",14,"#))
            let named = try table("rows.safetensors")
            #expect(named[1].hasPrefix(#""image 0, ""new"".png",zero,"#))
            #expect(named[3].hasPrefix(#""image 2, ""new"".png",14,"#))
            func numbers(_ lines: [Substring]) -> [[Substring]] { lines.map { $0.split(separator: ",").suffix(2) } }
            #expect(numbers(named) == numbers(full))
            for labels in ["labels.npy", "labels.txt", "labels.idx.gz"] {
                let found = try table("wide.npy", "--labels", labels, "--threads", "1")
                #expect(numbers(found) == numbers(full))
                #expect(found[3].hasPrefix(",14,"))
            }
            #expect(try table("rows.npy")[1].hasPrefix(",,"))
        }
    }

    @Test func arraysAndPictures() throws {
        try withEmbeddings { program in
            _ = try project(program, "rows.npy", "--method", "pca", "-o", "out.npy")
            let data = try program.data("out.npy")
            #expect(data.count == 128 + Self.count * 2 * 4)
            #expect(String(decoding: data[10..<128], as: UTF8.self).contains("'shape': (60, 2)"))
            _ = try project(program, "rows.safetensors", "--method", "pca", "-o", "out.png")
            #expect(try program.data("out.png").starts(with: [0x89, 0x50, 0x4E, 0x47]))
            _ = try project(program, "rows.npy", "--method", "pca", "-o", "out.svg", "--labels", "labels.npy")
            #expect(try program.text("out.svg").contains("<svg"))
        }
    }

    /// With a folder the page has the files' images; an image that is missing is named.
    @Test func aPageToMoveAboutIn() throws {
        try withEmbeddings { program in
            _ = try project(program, "rows.npy", "--method", "pca", "-o", "plain.html", "--labels", "labels.npy")
            let plain = try program.text("plain.html")
            #expect(plain.contains("PCA of rows.npy") && !plain.contains("data:image/png"))
            let words = ["project", "rows.safetensors", "--method", "pca", "-o", "map.html", "--images", "pictures"]
            try FileManager.default.createDirectory(
                atPath: program.path("pictures"), withIntermediateDirectories: true)
            for row in 0..<Self.count - 1 {
                try FileManager.default.copyItem(
                    atPath: Fixture.path("images/png_rgb.png"),
                    toPath: program.path("pictures/image \(row), \"new\".png"))
            }
            expectOneLine(try program.run(words), ["image 59, \"new\".png: does not exist"])
            #expect(!program.exists("map.html"))
            try FileManager.default.copyItem(
                atPath: Fixture.path("images/jpeg_grey.jpg"), toPath: program.path("pictures/image 59, \"new\".png"))
            _ = try program.run(words)
            #expect(try program.text("map.html").contains("data:image/png;base64,"))
            expectOneLine(
                try program.run(["project", "rows.npy"] + words.dropFirst(2)), ["rows.npy: files: does not name them"])
        }
    }

    @Test func theSameAsJSON() throws {
        try withEmbeddings { program in
            let result = try project(
                program, "rows.npy", "--method", "tsne", "--iterations", "9", "--perplexity", "5", "-o", "out.npy",
                "--json")
            let facts = try JSONDecoder().decode(Setting.self, from: Data(result.stdout.utf8))
            #expect(facts["count"]?.integer == 60 && facts["dimension"]?.integer == 64)
            #expect(facts["settings"]?["method"]?.text == "tsne" && facts["settings"]?["perplexity"]?.number == 5)
            #expect(facts["settings"]?["iterations"]?.integer == 9 && facts["settings"]?["seed"]?.integer == 0)
            #expect(facts["trustworthiness"]?.number != nil && facts["measuredCount"]?.integer == 60)
        }
    }

    @Test func aPerplexityThatIsTooLargeIsLoweredAndSaid() throws {
        try withEmbeddings { program in
            let result = try program.run(
                "project", "rows.npy", "--method", "tsne", "--iterations", "9", "-o", "out.csv")
            #expect(result.status == 0)
            #expect(result.stderr == "note: 60 embeddings are too few for a perplexity of 30; 19.7 is used\n")
            #expect(result.lines[1].hasPrefix("t-SNE: perplexity 19.7, "))
        }
    }

    /// The words, and what the line says.
    @Test(arguments: [
        (["none.npy", "--method", "pca"], ["none.npy: does not exist"]),
        (["rows.txt", "--method", "pca"], ["rows.txt: is no file of saved embeddings"]),
        (["cut.npy", "--method", "pca"], ["cut.npy: size: "]),
        (["text.npy", "--method", "pca"], ["text.npy: magic: "]),
        (["labels.npy", "--method", "pca"], ["labels.npy: shape: is [60], expected [N, D]"]),
        (["broken.npy", "--method", "tsne"], ["broken.npy: row 2: holds a number that is infinite or none"]),
        (["three.npy", "--method", "tsne"], ["three.npy: count: is 3, t-SNE needs at least 4"]),
        (["rows.npy", "--method", "umap", "--neighbours", "60"], ["rows.npy: count: is 60", "ask for 59 or fewer"]),
        (["rows.npy", "--method", "pca", "--labels", "few.txt"], ["few.txt: classes: there are 2 for 60 embeddings"]),
        (["rows.npy", "--method", "pca", "--labels", "rows.npy"], ["rows.npy: labels: are "]),
        (["columns.csv", "--method", "pca"], ["columns.csv: line 1: names no column of numbers"]),
        (["fields.csv", "--method", "pca"], ["fields.csv: line 3: expected 2 fields"]),
        (["number.csv", "--method", "pca"], ["number.csv: line 2: x1 is \"blue\", expected a number"]),
        (["labels.safetensors", "--method", "pca"], ["labels.safetensors: embeddings: there is no tensor"]),
        (["files.safetensors", "--method", "pca"], ["files.safetensors: metadata files: is no JSON list"]),
        (["rows.npy", "--method", "pca", "-o", "none/out.csv"], ["none/out.csv: the folder ", "does not exist"]),
    ])
    func isRefused(words: [String], parts: [String]) throws {
        try withEmbeddings { program in
            try prepare(program)
            let before = try program.contents()
            let result = try program.run(
                ["project"] + words + (words.contains("-o") ? [] : ["-o", "out.csv"]))
            expectOneLine(result, parts)
            #expect(result.stdout.isEmpty)
            #expect(try program.contents() == before)
        }
    }

    private func prepare(_ program: Program) throws {
        try program.write("1\n", to: "rows.txt")
        try program.write(program.data("rows.npy").dropLast(4), to: "cut.npy")
        try program.write("not an array at all", to: "text.npy")
        try NPYFile.write(Tensor([1, 2, 3, 4, .nan, 6] as [Float], shape: [3, 2]), to: program.path("broken.npy"))
        try NPYFile.write(Tensor([1, 2, 3, 4, 5, 6] as [Float], shape: [3, 2]), to: program.path("three.npy"))
        try program.write("a\nb\n", to: "few.txt")
        try program.write("file,label\na,1\n", to: "columns.csv")
        try program.write("x0,x1\n1,2\n3\n", to: "fields.csv")
        try program.write("x0,x1\n1,blue\n", to: "number.csv")
        try SafetensorsFile.write(["labels": Tensor([1, 2] as [Int64])], to: program.path("labels.safetensors"))
        try SafetensorsFile.write(
            ["embeddings": Tensor.ones([2, 2])], metadata: ["files": "a, b"], to: program.path("files.safetensors"))
    }

    @Test(arguments: [
        (
            ["--method", "pca", "-o", "out.bmp"],
            "--output expects a file that ends in .csv, .npy, .png, .svg, .pdf or .html"
        ),
        (["--method", "pca", "-o", "out.csv", "--images", "a"], "--images expects an --output that ends in .html"),
        (["--method", "pca", "-o", "out.csv", "--perplexity", "5"], "--perplexity is for tsne, not pca"),
        (["--method", "tsne", "-o", "out.csv", "--neighbours", "5"], "--neighbours is for umap, not tsne"),
        (["--method", "tsne", "-o", "out.csv", "--perplexity", "0"], "--perplexity expects a number from 1, got 0"),
        (["--method", "umap", "-o", "out.csv", "--neighbours", "1"], "--neighbours expects 2 or more, got 1"),
        (["--method", "umap", "-o", "out.csv", "--iterations", "0"], "--iterations expects a number from 1"),
        (["--method", "lda", "-o", "out.csv"], "'lda' is invalid"),
    ])
    func isUsedWrongly(words: [String], text: String) throws {
        try Program.inScratchFolder { program in
            let result = try program.run(["project", "rows.npy"] + words)
            #expect(result.status == 2 && result.stderr.contains(text), "\(result.stderr)")
        }
    }
}
