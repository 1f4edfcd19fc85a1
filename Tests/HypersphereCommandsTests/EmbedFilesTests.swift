import Foundation
import TestSupport
import Testing
import Torch

/// From photographs in folders, lists and containers to a file of embeddings, each step as a process.
@Suite(.noLeaks, .serialized) struct EmbedFilesTests {
    private static let names = [
        "owl/1.jpg", "owl/2, cut.jpg", "owl/3.jpg", "wren/1.png", "wren/2.jpg", "wren/more/3.png",
    ]

    private func embed(_ program: Program, _ words: String...) throws -> Program.Result {
        try program.run(["embed", Photographs.model, "--threads", "1"] + words)
    }

    private func values(ofCSV text: String, after columns: Int) -> [Float] {
        text.split(separator: "\n").dropFirst().flatMap { line in
            line.split(separator: ",").suffix(2).compactMap { Float($0) }
        }
    }

    @Test func theFormsAgreeAndNameTheFiles() throws {
        try Photographs.withModel { program in
            for ending in ["npy", "safetensors", "csv"] {
                let result = try embed(program, "birds", "-o", "out.\(ending)", "--batch", "4")
                #expect(result.status == 0 && result.stderr.isEmpty, "\(result.stderr)")
                #expect(result.stdout == "out.\(ending): 6 embeddings of 2 numbers\n")
            }
            let file = try SafetensorsFile(path: program.path("out.safetensors"))
            let expected: [Float] = try file.tensor("embeddings").array()
            #expect(try file.tensor("embeddings").shape == [6, 2] && Set(expected).count > 6)
            #expect(try file.tensor("labels").array(of: Int64.self) == [0, 0, 0, 1, 1, 1])
            func names(_ key: String) throws -> [String] {
                try JSONDecoder().decode([String].self, from: Data((file.metadata[key] ?? "").utf8))
            }
            #expect(try names("files") == Self.names && names("classNames") == ["owl", "wren"])

            let text = try program.text("out.csv")
            #expect(text.hasPrefix("file,label,x0,x1\nowl/1.jpg,owl,"))
            #expect(text.contains("\n\"owl/2, cut.jpg\",owl,") && text.contains("\nwren/more/3.png,wren,"))
            #expect(values(ofCSV: text, after: 2) == expected)

            #expect(try NPY(program.data("out.npy")).numbers == expected)
            #expect(
                try program.text("out.files.csv") == """
                    file,label
                    owl/1.jpg,owl
                    "owl/2, cut.jpg",owl
                    owl/3.jpg,owl
                    wren/1.png,wren
                    wren/2.jpg,wren
                    wren/more/3.png,wren

                    """)
        }
    }

    /// Files are called what they were called, and names of an earlier file do not stay beside another's numbers.
    @Test func namesAreThoseOfTheRows() throws {
        try Photographs.withModel { program in
            let whole = program.path("birds/owl/1.jpg")
            try #expect(embed(program, whole, "-o", "whole.csv").status == 0)
            #expect(try program.text("whole.csv").contains("\n\(whole),"))
            try #expect(embed(program, "birds/wren/", "-o", "wren.csv").status == 0)
            #expect(try program.text("wren.csv").contains("\n1.png,"))
            try #expect(embed(program, "birds", "-o", "out.npy").status == 0)
            #expect(program.exists("out.files.csv"))
        }
    }

    /// A list, files by name and a folder without classes give the same numbers as the folder of classes.
    @Test func howImagesAreNamedDoesNotMatter() throws {
        try Photographs.withModel { program in
            try #expect(embed(program, "birds", "-o", "all.csv").status == 0)
            let expected = values(ofCSV: try program.text("all.csv"), after: 2)
            let rows = Photographs.files.map { "\"\($0.1)\",\($0.1.contains("owl") ? "owl,north" : "wren,")" }
            try program.write((["path,label,group"] + rows).joined(separator: "\n"), to: "list.csv")
            try #expect(embed(program, "list.csv", "-o", "list-out.csv").status == 0)
            let listed = try program.text("list-out.csv")
            #expect(values(ofCSV: listed, after: 3) == expected)
            #expect(listed.hasPrefix("file,label,group,x0,x1\n") && listed.contains("\nbirds/wren/1.png,wren,,"))
            try #expect(embed(program, "list.csv", "-o", "list-out.safetensors").status == 0)
            let file = try SafetensorsFile(path: program.path("list-out.safetensors"))
            #expect(file.metadata["groups"] == #"["north","north","north","","",""]"#)

            try #expect(embed(program, "birds/owl/1.jpg", "birds/wren", "-o", "some.csv").status == 0)
            let some = try program.text("some.csv")
            #expect(some.hasPrefix("file,x0,x1\nbirds/owl/1.jpg,") && some.contains("\nbirds/wren/more/3.png,"))
            #expect(values(ofCSV: some, after: 1) == Array(expected[0..<2] + expected[6...]))

            try #expect(embed(program, "birds/wren", "-o", "wren.csv").status == 0)
            #expect(try program.text("wren.csv").hasPrefix("file,x0,x1\n1.png,"))
        }
    }

    /// Images in RecordIO files and in pickles of pairs are read at their places.
    @Test func containersOfImagesAreRead() throws {
        try Photographs.withModel { program in
            for name in ["train.rec", "train.idx", "property", "pairs_4.bin", "pairs_arrays.bin"] {
                try FileManager.default.copyItem(
                    atPath: Fixture.path("records/\(name)"), toPath: program.path(name))
            }
            let checked = try program.run("data", "check", "train.rec")
            #expect(checked.status == 0 && checked.stdout.hasSuffix("all 6 images can be used\n"), "\(checked.stdout)")
            try #expect(embed(program, "train.rec", "-o", "out.csv").status == 0)
            // A file named without a folder has its neighbours too.
            let property = try program.text("property")
            try program.write("4,112,112", to: "property")
            expectOneLine(try program.run("data", "check", "train.rec"), ["property: classes: are 4"])
            try program.write(property, to: "property")
            let rows = try program.text("out.csv").split(separator: "\n")
            #expect(rows[0] == "file,label,x0,x1" && rows[1].hasPrefix("train.rec: record at byte 40,1,"))
            let found = try ["pairs_4", "pairs_arrays"].map { name in
                try program.answers([
                    "evaluate", "verification", Photographs.model, "--pairs", "\(name).bin", "--folds", "2", "--flip",
                    "--far", "0.5", "--threads", "1", "--quiet",
                ])
            }
            #expect(found[0]["plain"] == found[1]["plain"] && found[0]["withFlip"] == found[1]["withFlip"])
            #expect(found[0]["protocol"]?["positives"]?.integer == 2 && found[0]["protocol"]?["folds"]?.integer == 2)
            let words = ["evaluate", "verification", Photographs.model, "--pairs", "pairs_4.bin"]
            expectOneLine(try program.run(words), ["pairs_4.bin: pairs: are 4, which 10 folds cannot share evenly"])
            #expect(try program.run(words + ["--images", "birds"]).status == 2)
        }
    }

    /// A packed folder gives the embeddings of the folder, under the same names.
    @Test func aPackIsReadAsItsFolder() throws {
        try Photographs.withModel { program in
            let packed = try program.run("data", "pack", "birds", "-o", "packed", "--shard", "1")
            #expect(packed.status == 0 && packed.stdout == "packed: 6 images\n", "\(packed.stderr)")
            for name in ["birds", "packed"] {
                try #expect(embed(program, name, "-o", "\(name).csv").status == 0)
            }
            #expect(try program.text("packed.csv") == program.text("birds.csv"))
            expectOneLine(
                try program.run("data", "pack", "birds", "-o", "packed"), ["packed: is there already"])
            let result = try program.run(
                "evaluate", "retrieval", Photographs.model, "packed", "--no-clusters", "--threads", "1", "--quiet")
            #expect(result.status == 0, "\(result.stderr)")
        }
    }

    /// With fewer rows than were foreseen the headers are still right.
    @Test func brokenFilesStopOrAreSkipped() throws {
        try Photographs.withModel { program in
            try Photographs.copy("bad_jpeg_cut.bin", "birds/owl/0.jpg", in: program)
            let before = try program.contents()
            expectOneLine(try embed(program, "birds", "-o", "out.npy"), ["birds/owl/0.jpg: is cut short"])
            #expect(try program.contents() == before)
            for ending in ["npy", "safetensors", "csv"] {
                let result = try embed(program, "birds", "-o", "out.\(ending)", "--broken", "skip")
                #expect(result.status == 0)
                #expect(result.stderr.hasPrefix("skipped: birds/owl/0.jpg: is cut short"), "\(result.stderr)")
                #expect(result.stdout == "out.\(ending): 6 embeddings of 2 numbers\n")
            }
            let file = try SafetensorsFile(path: program.path("out.safetensors"))
            #expect(try file.tensor("embeddings").shape == [6, 2] && file.tensor("labels").shape == [6])
            #expect(try NPY(program.data("out.npy")).numbers == file.tensor("embeddings").array())
            #expect(try program.text("out.files.csv").split(separator: "\n").count == 7)
        }
    }

    @Test(arguments: [
        (["none"], ["none: does not exist"]),
        (["empty"], ["empty: it holds no folder of a class"]),
        (["birds", "none.jpg"], ["none.jpg: does not exist"]),
        (["birds", "photographs.txt"], ["photographs.txt: is no image"]),
        (["bad.csv"], ["bad.csv: line 1: lacks the column label"]),
    ])
    func isRefused(images: [String], parts: [String]) throws {
        try Photographs.withModel { program in
            try FileManager.default.createDirectory(atPath: program.path("empty"), withIntermediateDirectories: true)
            try program.write("text", to: "photographs.txt")
            try program.write("path\nbirds/owl/1.jpg\n", to: "bad.csv")
            let result = try program.run(["embed", Photographs.model] + images + ["-o", "out.csv"])
            expectOneLine(result, parts)
            #expect(!program.exists("out.csv"))
        }
    }
}

/// The numbers of a NumPy file whose header NumPy itself would write, apart from its length.
private struct NPY {
    let numbers: [Float]

    init(_ data: Data) throws {
        let length = Int(data[8]) + Int(data[9]) << 8
        let header = String(decoding: data[10..<10 + length], as: UTF8.self)
        #expect((10 + length) % 64 == 0 && header.hasSuffix(" \n"))
        numbers = data.dropFirst(10 + length).withUnsafeBytes { bytes in
            (0..<bytes.count / 4).map { bytes.loadUnaligned(fromByteOffset: 4 * $0, as: Float.self) }
        }
        #expect(header.hasPrefix("{'descr': '<f4', 'fortran_order': False, 'shape': (\(numbers.count / 2), 2), }"))
    }
}
