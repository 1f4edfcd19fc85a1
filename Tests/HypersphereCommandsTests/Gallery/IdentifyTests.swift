import Foundation
import Testing
import TestSupport
import Torch

/// `calibrate` and `identify`.
@Suite(.noLeaks) struct IdentifyTests {
    private let words = ["identify", TinyRun.folder, "birds", "new"]

    @Test func whatLiesFarIsUnknown() throws {
        try Birds.withImages { program in
            let all = try #require(try program.answers(words + ["--threshold", "-2"])["images"]?.list)
            #expect(all.map { $0["file"]?.text } == ["new/a.jpg", "new/b, c.jpg", "new/d.jpg", "new/e.jpg"])
            #expect(all.map { $0["name"]?.text }.prefix(2) == ["owl", "wren"])
            #expect(all[0]["nearestFile"]?.text?.hasSuffix("birds/owl/1.jpg") == true)
            let scores = try all.map { try $0.number("score") }
            #expect(scores[0] == 1 && scores[1] == 1)
            let distinct = Set(scores).sorted()
            let limit = (distinct[0] + distinct[1]) / 2
            let some = try #require(try program.answers(words + ["--threshold", "\(limit)"])["images"]?.list)
            #expect(some.map { $0["name"]?.text == nil } == scores.map { $0 <= limit })
            #expect(some.contains { $0["name"]?.text == nil } && some.contains { $0["name"]?.text != nil })

            let text = try program.run(words + ["--threshold", "\(limit)"])
            #expect(
                text.status == 0 && text.stdout.contains("  unknown  ") && text.stdout.contains("\nnew/a.jpg     owl"))
            let csv = try program.run(words + ["--threshold", "\(limit)", "--csv"])
            #expect(csv.lines.count == 6 && csv.lines[0] == "file,name,score")
            #expect(csv.lines[1] == "new/a.jpg,owl,1.0" && csv.lines[2] == "\"new/b, c.jpg\",wren,1.0")
            #expect(csv.stdout.contains(",unknown,"))
        }
    }

    @Test func aBrokenImageIsNamedAndOthersGoOn() throws {
        try Birds.withImages { program in
            try program.write("no image", to: "bad.png")
            let result = try program.run(
                [
                    "identify", TinyRun.folder, "birds", "bad.png", "new/a.jpg", "none.jpg", "--threshold", "0.5",
                    "--csv",
                ])
            #expect(result.status == 1)
            #expect(result.stdout == "file,name,score\nnew/a.jpg,owl,1.0\n")
            #expect(result.errorLines.count == 2)
            #expect(result.stderr.hasPrefix("error: bad.png: is neither JPEG nor PNG"))
            #expect(result.stderr.contains("\nerror: none.jpg: does not exist"))
        }
    }

    @Test func savedEmbeddingsCanBeTheGallery() throws {
        try Birds.withImages { program in
            try program.write("file,label,x0,x1\np.jpg,plus,1,0\nm.jpg,minus,-1,0\n", to: "g.csv")
            let found = try program.answers([
                "identify", TinyRun.folder, "g.csv", "new/a.jpg", "--threshold", "-2",
            ])
            #expect(["plus", "minus"].contains(found["images"]?.list?[0]["name"]?.text))
            try program.write("label,x0\nplus,1\n", to: "g.csv")
            let narrow = try program.run("identify", TinyRun.folder, "g.csv", "new/a.jpg", "--threshold", "0")
            expectOneLine(narrow, ["g.csv: width: is 1, the model's 2"])
            try program.write("path,label\nbirds/owl/1.jpg,owl\n", to: "list.csv")
            let labelled = try program.run(
                "identify", TinyRun.folder, "list.csv", "new/a.jpg", "--threshold", "0", "--labels", "y.csv")
            expectOneLine(labelled, ["list.csv: --labels: the list of images tells its classes itself"])
        }
    }

    @Test func withoutAThresholdNothingIsAnswered() throws {
        try Birds.withImages { program in
            let result = try program.run(words)
            expectOneLine(
                result,
                ["\(TinyRun.folder): calibration: the model has none", "hypersphere calibrate \(TinyRun.folder)"])
            #expect(result.stdout.isEmpty)
        }
    }

    @Test func aCalibrationIsSavedAndUsed() throws {
        try Birds.withImages { program in
            let path = program.path("\(TinyRun.folder)/model.safetensors")
            let before = try SafetensorsFile(path: path).tensors()
            let saved = try program.answers(["calibrate", TinyRun.folder, "strokes", "--far", "0.05", "--quiet"])
            let acceptance = try #require(saved["calibration"]?["acceptance"])
            #expect(acceptance["kind"]?["name"]?.text == "nearest-cosine")
            #expect(try acceptance.number("target") == 0.05 && acceptance.number("impostors") == 2000)
            #expect(try saved.number("falseAcceptRate") <= 0.05)
            #expect(try saved.number("calibration", "impostorPairs") == 2000 * 1800)
            #expect(saved["calibration"]?["data"]?.text == "strokes")

            let file = try SafetensorsFile(path: path)
            for (name, tensor) in before { expectEqual(try file.tensor(name), tensor, name) }
            let json = try #require(file.metadata["calibration"])
            #expect(try JSONDecoder().decode(Setting.self, from: Data(json.utf8)) == saved["calibration"])

            let found = try program.answers(words)
            let threshold = try acceptance.number("threshold")
            #expect(try found.number("protocol", "threshold") == threshold)
            for image in try #require(found["images"]?.list) {
                #expect((image["name"]?.text != nil) == (try image.number("score") > threshold))
            }
            #expect(try program.run(words).stdout.contains("of the unknown in strokes"))

            // A full disk leaves the model as it was.
            let whole = try program.data("\(TinyRun.folder)/model.safetensors")
            let full = try program.runInShell(
                #"(ulimit -f 8; "$@" 2>&1 >/dev/null) | cat"#, ["calibrate", TinyRun.folder, "strokes", "--quiet"])
            #expect(full.stdout.contains("model.safetensors: no room left"), "\(full.stdout)")
            #expect(try program.data("\(TinyRun.folder)/model.safetensors") == whole)

            try SafetensorsFile.write(
                before, metadata: file.metadata.merging(["calibration": "{}"]) { $1 }, to: path)
            expectOneLine(try program.run(words), ["model.safetensors: calibration: cannot be read"])
        }
    }

    /// Learnt classes alone are warned of; with images of others, those are what may be accepted.
    @Test func unknownImagesAreWhatIsAccepted() throws {
        try Birds.withImages { program in
            let words = ["calibrate", TinyRun.folder, "strokes", "--far", "0.34"]
            let warned = try program.run(words)
            #expect(warned.status == 0 && warned.stderr.hasPrefix("warning: the model has learnt classes of strokes"))
            let saved = try program.answers(words + ["--unknown", "birds"])
            #expect(saved["calibration"]?["data"]?.text == "strokes and birds")
            #expect(try saved.number("calibration", "acceptance", "impostors") == 3)
            #expect(try saved.number("falseAcceptRate") <= 0.34)
        }
    }

    /// Images of known classes are no unknown ones, and what is near to its own may be nearer to others.
    @Test func knownImagesAreNoUnknownOnes() throws {
        try Birds.withImages { program in
            expectOneLine(
                try program.run("calibrate", TinyRun.folder, "birds", "--unknown", "birds", "--far", "0.5"),
                ["birds: classes: owl is among those of birds"])
            let saved = try program.answers(["calibrate", TinyRun.folder, "strokes", "--far", "0.05", "--quiet"])
            let named = try saved.number("detectionAndIdentificationRate")
            #expect(try (0...saved.number("trueAcceptRate")).contains(named))
        }
    }

    /// One word names both parts of a known set.
    @Test func aKnownSetIsTwoParts() throws {
        try Birds.withImages { program in
            let found = try program.answers([
                "evaluate", "open-set", TinyRun.folder, "--known-train", "strokes", "--known", "strokes", "--unknown",
                "birds", "--quiet",
            ])
            #expect(found["scores"]?.list?.count == 6)
        }
    }

    @Test func aRateThatCannotBeMeasuredIsRefused() throws {
        try Birds.withImages { program in
            let result = try program.run("calibrate", TinyRun.folder, "birds", "--far", "0.1")
            expectOneLine(result, ["birds: --far: 0.1 is less than one of 3 images", "a rate of 0.34 or more"])
        }
    }
}
