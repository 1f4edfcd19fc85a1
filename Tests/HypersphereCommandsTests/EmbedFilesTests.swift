import Foundation
import TestSupport
import Testing
import Torch

/// From photographs in folders to a file of embeddings, each step as a process.
@Suite(.noLeaks, .serialized) struct EmbedFilesTests {
    private static let recipe = """
        name: photographs
        data: { set: folder, batch: 4, images: { size: [28, 28], geometry: squash, holdOut: 0.4 } }
        backbone: { name: lenet++ }
        head: { name: softmax }
        optimizers: [{ of: [backbone, head], name: sgd, learningRate: 0.01 }]
        gradientLimit: 5
        epochs: 1
        """

    private static let files = [
        ("jpeg_420.jpg", "birds/owl/1.jpg"), ("jpeg_444.jpg", "birds/owl/2, cut.jpg"),
        ("jpeg_rgb.jpg", "birds/owl/3.jpg"), ("png_rgb.png", "birds/wren/1.png"),
        ("jpeg_grey.jpg", "birds/wren/2.jpg"), ("png_grey_8.png", "birds/wren/more/3.png"),
    ]

    private static let names = [
        "owl/1.jpg", "owl/2, cut.jpg", "owl/3.jpg", "wren/1.png", "wren/2.jpg", "wren/more/3.png",
    ]
    private static let model = "runs/photographs-1"

    private static func copy(_ source: String, _ target: String, in program: Program) throws {
        let path = program.path(target)
        try FileManager.default.createDirectory(
            atPath: (path as NSString).deletingLastPathComponent, withIntermediateDirectories: true)
        try FileManager.default.copyItem(atPath: Fixture.path("images/\(source)"), toPath: path)
    }

    /// The program beside a folder of six photographs and a model that learnt from them.
    private static let trained = Result { () throws -> Data in
        try Program.inScratchFolder { program in
            for (source, target) in files { try copy(source, target, in: program) }
            try program.write(recipe, to: "photographs.yaml")
            let checked = try program.run("data", "check", "birds")
            #expect(checked.status == 0 && checked.stdout.hasSuffix("all 6 images can be used\n"))
            let result = try program.run("train", "photographs.yaml", "--data", "birds", "--threads", "1")
            #expect(result.status == 0, "\(result.stderr)")
            return try program.data("\(model)/model.safetensors")
        }
    }

    private func withModel(_ body: (Program) throws -> Void) throws {
        try Program.inScratchFolder { program in
            for (source, target) in Self.files { try Self.copy(source, target, in: program) }
            try FileManager.default.createDirectory(
                atPath: program.path(Self.model), withIntermediateDirectories: true)
            try program.write(Self.trained.get(), to: "\(Self.model)/model.safetensors")
            try body(program)
        }
    }

    private func embed(_ program: Program, _ words: String...) throws -> Program.Result {
        try program.run(["embed", Self.model, "--threads", "1"] + words)
    }

    private func values(ofCSV text: String, after columns: Int) -> [Float] {
        text.split(separator: "\n").dropFirst().flatMap { line in
            line.split(separator: ",").suffix(2).compactMap { Float($0) }
        }
    }

    @Test func theFormsAgreeAndNameTheFiles() throws {
        try withModel { program in
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
        try withModel { program in
            let whole = program.path("birds/owl/1.jpg")
            try #expect(embed(program, whole, "-o", "whole.csv").status == 0)
            #expect(try program.text("whole.csv").contains("\n\(whole),"))
            try #expect(embed(program, "birds/wren/", "-o", "wren.csv").status == 0)
            #expect(try program.text("wren.csv").contains("\n1.png,"))
            try #expect(embed(program, "birds", "-o", "out.npy").status == 0)
            #expect(program.exists("out.files.csv"))
        }
    }

    /// Damage that leaves nothing to learn from or to measure on is one line.
    @Test func nothingThatCanBeUsed() throws {
        try withModel { program in
            try program.write(Self.recipe, to: "photographs.yaml")
            for part in ["train", "test"] {
                for name in ["train", "test"] {
                    for (kind, number) in [("owl", 1), ("owl", 2), ("wren", 1), ("wren", 2)] {
                        try Self.copy(
                            name == part ? "bad_jpeg_cut.bin" : "jpeg_rgb.jpg",
                            "\(part)s/\(name)/\(kind)/\(number).jpg",
                            in: program)
                    }
                }
                let result = try program.run(
                    "train", "photographs.yaml", "--data", "\(part)s", "--threads", "1", "data.images.broken=skip",
                    "--output", "run-\(part)", "--quiet")
                #expect(result.status == 1)
                let last = result.stderr.split(separator: "\n").last ?? ""
                #expect(last.contains("can be used; see what is wrong with them"), "\(result.stderr)")
            }
        }
    }

    /// A list, files by name and a folder without classes give the same numbers as the folder of classes.
    @Test func howImagesAreNamedDoesNotMatter() throws {
        try withModel { program in
            try #expect(embed(program, "birds", "-o", "all.csv").status == 0)
            let expected = values(ofCSV: try program.text("all.csv"), after: 2)
            let rows = Self.files.map { "\"\($0.1)\",\($0.1.contains("owl") ? "owl,north" : "wren,")" }
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
        try withModel { program in
            for name in ["train.rec", "train.idx", "property", "pairs_4.bin", "pairs_arrays.bin"] {
                try FileManager.default.copyItem(
                    atPath: Fixture.path("records/\(name)"), toPath: program.path(name))
            }
            let checked = try program.run("data", "check", "train.rec")
            #expect(checked.status == 0 && checked.stdout.hasSuffix("all 6 images can be used\n"), "\(checked.stdout)")
            try #expect(embed(program, "train.rec", "-o", "out.csv").status == 0)
            let rows = try program.text("out.csv").split(separator: "\n")
            #expect(rows[0] == "file,label,x0,x1" && rows[1].hasPrefix("train.rec: record at byte 40,1,"))
            let found = try ["pairs_4", "pairs_arrays"].map { name in
                try program.answers([
                    "evaluate", "verification", Self.model, "--pairs", "\(name).bin", "--folds", "2", "--flip",
                    "--far", "0.5", "--threads", "1", "--quiet",
                ])
            }
            #expect(found[0]["plain"] == found[1]["plain"] && found[0]["withFlip"] == found[1]["withFlip"])
            #expect(found[0]["protocol"]?["positives"]?.integer == 2 && found[0]["protocol"]?["folds"]?.integer == 2)
            let words = ["evaluate", "verification", Self.model, "--pairs", "pairs_4.bin"]
            expectOneLine(try program.run(words), ["pairs_4.bin: pairs: are 4, which 10 folds cannot share evenly"])
            #expect(try program.run(words + ["--images", "birds"]).status == 2)
        }
    }

    /// A packed folder gives the embeddings of the folder, under the same names.
    @Test func aPackIsReadAsItsFolder() throws {
        try withModel { program in
            let packed = try program.run("data", "pack", "birds", "-o", "packed", "--shard", "1")
            #expect(packed.status == 0 && packed.stdout == "packed: 6 images\n", "\(packed.stderr)")
            for name in ["birds", "packed"] {
                try #expect(embed(program, name, "-o", "\(name).csv").status == 0)
            }
            #expect(try program.text("packed.csv") == program.text("birds.csv"))
            expectOneLine(
                try program.run("data", "pack", "birds", "-o", "packed"), ["packed: is there already"])
            let result = try program.run(
                "evaluate", "retrieval", Self.model, "packed", "--no-clusters", "--threads", "1", "--quiet")
            #expect(result.status == 0, "\(result.stderr)")
        }
    }

    /// A recipe learns from records as from a folder.
    @Test func recordsAreTrainedOn() throws {
        try Program.inScratchFolder { program in
            for name in ["train.rec", "train.idx", "property"] {
                try FileManager.default.copyItem(
                    atPath: Fixture.path("records/\(name)"), toPath: program.path(name))
            }
            try program.write(Self.recipe.replacing("set: folder", with: "set: records"), to: "faces.yaml")
            let result = try program.run("train", "faces.yaml", "--data", ".", "--threads", "1")
            #expect(result.status == 0, "\(result.stderr)")
            #expect(program.exists("runs/photographs-1/model.safetensors"))
            let open = try program.run(
                "train", "faces.yaml", "--data", ".", "--threads", "1", "data.images.unseen=0.3", "seed=1")
            #expect(
                open.status == 0 && open.stdout.contains("2 classes and 1 unseen"), "\(open.stdout)\(open.stderr)")
        }
    }

    /// The recipes of faces take one step on a small file of records.
    @Test(arguments: [
        ("ms1mv2-arcface-iresnet100", []), ("casia-arcface-iresnet50", []), ("casia-arcface-intra-inter", []),
        ("faces-angular-triplet", ["data.sampler={name: per-class, perClass: 2}"]),
        ("faces-fine-tuning", ["data.set=records"]),
    ])
    func recipesOfFacesTakeOneStep(name: String, words: [String]) throws {
        try Program.inScratchFolder { program in
            for name in ["train.rec", "train.idx", "property"] {
                try FileManager.default.copyItem(
                    atPath: Fixture.path("records/\(name)"), toPath: program.path(name))
            }
            let result = try program.run(
                [
                    "train", name, "--data", ".", "--threads", "1", "--dry-run", "data.images.unseen=0.3",
                    "seed=1", "data.batch=4", "verification=[]",
                ] + words)
            #expect(result.status == 0, "\(result.stderr)")
            #expect(!program.exists("runs"))
        }
    }

    /// The people of the last two folds are measured on, and nobody is in both parts.
    @Test func facesAreSplitByPeople() throws {
        try Program.inScratchFolder { program in
            let people = ["ann", "bob", "cid", "dan", "eve", "fay", "gus"]
            for person in people {
                for (number, source) in ["jpeg_420.jpg", "jpeg_grey.jpg"].enumerated() {
                    try Self.copy(source, "lfw/faces/\(person)/\(person)_000\(number + 1).jpg", in: program)
                }
            }
            // Ann is in the first fold and in the last.
            let pairs = [
                "ann 1 2", "ann 1 bob 1", "cid 1 2", "cid 2 bob 1", "dan 1 2", "dan 1 eve 1", "fay 1 2", "fay 1 ann 2",
            ]
            try program.write("4 1\n" + pairs.joined(separator: "\n") + "\n", to: "lfw/pairs.txt")
            try program.write(Self.recipe.replacing("set: folder", with: "set: lfw"), to: "faces.yaml")
            let trained = try program.run("train", "faces.yaml", "--data", "lfw", "--threads", "1", "--output", "run")
            #expect(trained.status == 0, "\(trained.stderr)")
            #expect(
                trained.stdout.contains("4 images to learn from, 8 to measure on, 2 classes and 4 unseen"),
                "\(trained.stdout)")
            let words = [
                "evaluate", "verification", "run", "--pairs", "lfw/pairs.txt", "--images", "lfw/faces", "--far", "0.5",
            ]
            let found = try program.answers(words + ["--only-folds", "3,4", "--quiet"])
            #expect(found["protocol"]?["images"]?.integer == 6 && found["protocol"]?["folds"]?.integer == 2)
            // Training measures the same pairs as the command does afterwards, in one process and in two.
            let more = ["verification=[{pairs: pairs.txt, folds: [3, 4]}]", "--output"]
            for (folder, processes) in [("measured", "1"), ("shared", "2")] {
                let result = try program.run(
                    ["train", "faces.yaml", "--data", "lfw", "--threads", "1", "--processes", processes] + more + [
                        folder
                    ])
                #expect(result.status == 0 && result.stdout.contains("pairs told right: pairs "), "\(result.stderr)")
                let line = try #require(try program.text("\(folder)/metrics.jsonl").split(separator: "\n").last)
                let metrics = try #require(
                    try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any])
                let verification = try #require(metrics["verification"] as? [String: Double])
                let afterwards = try program.answers(
                    ["evaluate", "verification", folder] + words.dropFirst(3) + [
                        "--only-folds", "3,4", "--flip", "--quiet",
                    ])
                #expect(verification["pairs"] == afterwards["withFlip"]?["folds"]?["accuracy"]?.number)
            }
            expectOneLine(
                try program.run(
                    "train", "faces.yaml", "--data", "lfw", "verification=[{pairs: pairs.txt, folds: [5]}]"),
                ["lfw/pairs.txt: folds: the list has 4"])
            expectOneLine(
                try program.run("train", "strokes-center", "verification=[{pairs: lfw.bin}]"),
                ["verification: data.set strokes has no image files"])
            let text = try program.run(words + ["--only-folds", "3,4"])
            #expect(text.stdout.contains("pairs.txt, folds 3 and 4, 2 of one"), "\(text.stdout)")
            expectOneLine(try program.run(words + ["--only-folds", "5"]), ["the list has 4 folds"])
            try program.write("2 1\n" + pairs.prefix(4).joined(separator: "\n") + "\n", to: "lfw/pairs.txt")
            expectOneLine(
                try program.run("train", "faces.yaml", "--data", "lfw"), ["lfw/pairs.txt: folds: are 2, of which 2 are"]
            )
        }
    }

    /// Where the classes to measure on are others, as in re-identification, their images search each other; the numbers are those
    /// that `evaluate retrieval` gives for the model.
    @Test func unseenClassesAreSearched() throws {
        try withModel { program in
            let test = [
                ("jpeg_420.jpg", "jay", 1), ("png_rgb.png", "jay", 2), ("jpeg_444.jpg", "tit", 1),
                ("jpeg_grey.jpg", "tit", 2), ("png_grey_8.png", "kite", 1),
            ]
            var rows = Self.files.map { "\"\($0.1)\",\($0.1.contains("owl") ? "owl" : "wren"),train,1" }
            for (source, name, camera) in test {
                let path = "others/\(name)\(camera).\((source as NSString).pathExtension)"
                try Self.copy(source, path, in: program)
                rows.append("\(path),\(name),test,\(camera)")
            }
            try program.write((["path,label,split,group"] + rows).joined(separator: "\n"), to: "list.csv")
            try program.write(Self.recipe.replacing("set: folder", with: "set: csv"), to: "open.yaml")
            let words = ["train", "open.yaml", "--data", "list.csv", "--threads", "1", "epochs=2"]
            let trained = try program.run(words + ["--output", "runs/open"])
            #expect(trained.status == 0, "\(trained.stderr)")
            #expect(trained.stdout.contains("2 classes and 3 unseen") && trained.stdout.contains(/P@1 +MAP@R/))
            #expect(trained.stdout.contains(" of the test images, whose classes were not learnt, have one of theirs"))
            let lines = try program.text("runs/open/metrics.jsonl").split(separator: "\n")
            let last = try JSONDecoder().decode(Setting.self, from: Data((lines.last ?? "").utf8))
            #expect(last["testAccuracy"] == nil && last["testLoss"] == nil)
            let found = try program.answers([
                "evaluate", "retrieval", "runs/open", "list.csv", "--no-clusters", "--threads", "1", "--quiet",
            ])
            #expect(
                found["protocol"]?["loneQueryCount"]?.integer == 1 && found["protocol"]?["groupCount"]?.integer == 2)
            let precision = try #require(last["testPrecisionAt1"]?.number)
            let mean = try #require(last["testMeanAveragePrecisionAtR"]?.number)
            #expect(try found.number("micro", "precisionAt1") == precision)
            #expect(try found.number("micro", "meanAveragePrecisionAtR") == mean)
            #expect(
                try program.text("runs/open/results.csv").hasPrefix(
                    "epoch,train_loss,train_accuracy,train_F1,test_P@1,"))
            #expect(try program.text("runs/open/report.html").contains("test P@1"))
            let resumed = try program.run("train", "runs/open", "--resume", "epochs=3", "--data", "list.csv")
            #expect(resumed.status == 0, "\(resumed.stderr)")
            #expect(try program.text("runs/open/metrics.jsonl").split(separator: "\n").count == 3)
        }
    }

    /// With fewer rows than were foreseen the headers are still right.
    @Test func brokenFilesStopOrAreSkipped() throws {
        try withModel { program in
            try Self.copy("bad_jpeg_cut.bin", "birds/owl/0.jpg", in: program)
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
        try withModel { program in
            try FileManager.default.createDirectory(atPath: program.path("empty"), withIntermediateDirectories: true)
            try program.write("text", to: "photographs.txt")
            try program.write("path\nbirds/owl/1.jpg\n", to: "bad.csv")
            let result = try program.run(["embed", Self.model] + images + ["-o", "out.csv"])
            expectOneLine(result, parts)
            #expect(!program.exists("out.csv"))
        }
    }

    /// Weights of another run begin a new one; what is not there is said.
    @Test func aRunBeginsWithWeights() throws {
        try withModel { program in
            try program.write(Self.recipe, to: "photographs.yaml")
            let words = ["train", "photographs.yaml", "--data", "birds", "--threads", "1", "--weights"]
            let result = try program.run(words + ["\(Self.model)/model.safetensors", "frozen=[{ of: [backbone] }]"])
            #expect(result.status == 0, "\(result.stderr)")
            #expect(result.stdout.contains(/\n[0-9]+ tensors of runs\/photographs-1\/model.safetensors\n/))
            let (first, second) = try (
                SafetensorsFile(path: program.path("\(Self.model)/model.safetensors")),
                SafetensorsFile(path: program.path("runs/photographs-2/model.safetensors"))
            )
            for name in first.names where name.hasPrefix("backbone.") {
                #expect(try first.tensor(name).array(of: Float.self) == second.tensor(name).array())
            }
            expectOneLine(try program.run(words + ["none.pth"]), ["none.pth: does not exist"])
            #expect(try program.run(["train", "photographs.yaml", "--strict", "no"]).status == 2)
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
