import Foundation
import TestSupport
import Testing
import Torch

/// Training on folders and lists of photographs, each as a process.
@Suite(.noLeaks, .serialized) struct PhotographTrainingTests {
    /// Damage that leaves nothing to learn from or to measure on is one line.
    @Test func nothingThatCanBeUsed() throws {
        try Photographs.withModel { program in
            try program.write(Photographs.recipe, to: "photographs.yaml")
            for part in ["train", "test"] {
                for name in ["train", "test"] {
                    for (kind, number) in [("owl", 1), ("owl", 2), ("wren", 1), ("wren", 2)] {
                        try Photographs.copy(
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

    /// A recipe for a folder beside a list, and the other way round, say what to write.
    @Test func foldersAndListsAreToldApart() throws {
        try Photographs.withModel { program in
            try program.write(Photographs.recipe, to: "photographs.yaml")
            try program.write("path,label\nbirds/owl/1.jpg,owl\n", to: "list.csv")
            expectOneLine(
                try program.run("train", "photographs.yaml", "--data", "list.csv"),
                ["list.csv: data.set: is folder in the recipe, but this is a file", "add data.set=csv"])
            expectOneLine(
                try program.run("train", "photographs.yaml", "--data", "birds", "data.set=csv"),
                ["birds: data.set: is csv in the recipe, but this is a folder; add data.set=folder"])
            let listed = ["data.set=csv", "data.images.holdOut=0.4", "epochs=1", "--dry-run"]
            let none = try program.run(["train", "photographs.yaml", "--data", "none.csv"] + listed)
            expectOneLine(none, ["none.csv: does not exist"])
        }
    }

    /// Where the classes to measure on are others, as in re-identification, their images search each other; the numbers are those
    /// that `evaluate retrieval` gives for the model.
    @Test func unseenClassesAreSearched() throws {
        try Photographs.withModel { program in
            let test = [
                ("jpeg_420.jpg", "jay", 1), ("png_rgb.png", "jay", 2), ("jpeg_444.jpg", "tit", 1),
                ("jpeg_grey.jpg", "tit", 2), ("png_grey_8.png", "kite", 1),
            ]
            var rows = Photographs.files.map { "\"\($0.1)\",\($0.1.contains("owl") ? "owl" : "wren"),train,1" }
            for (source, name, camera) in test {
                let path = "others/\(name)\(camera).\((source as NSString).pathExtension)"
                try Photographs.copy(source, path, in: program)
                rows.append("\(path),\(name),test,\(camera)")
            }
            try program.write((["path,label,split,group"] + rows).joined(separator: "\n"), to: "list.csv")
            try program.write(Photographs.recipe.replacing("set: folder", with: "set: csv"), to: "open.yaml")
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
            // The run knows where its images lie.
            let known = try program.answers([
                "evaluate", "retrieval", "runs/open/model.safetensors", "--no-clusters", "--threads", "1", "--quiet",
            ])
            #expect(known["micro"] == found["micro"])
            let resumed = try program.run("train", "runs/open", "--resume", "epochs=3")
            #expect(resumed.status == 0, "\(resumed.stderr)")
            #expect(try program.text("runs/open/metrics.jsonl").split(separator: "\n").count == 3)
            try FileManager.default.removeItem(atPath: program.path("list.csv"))
            for command in [["train", "runs/open", "--resume", "epochs=4"], ["evaluate", "retrieval", "runs/open"]] {
                expectOneLine(
                    try program.run(command),
                    ["data: does not exist; name the folder or list of the images with --data"])
            }
        }
    }

    /// Weights of another run begin a new one; what is not there is said.
    @Test func aRunBeginsWithWeights() throws {
        try Photographs.withModel { program in
            try program.write(Photographs.recipe, to: "photographs.yaml")
            let words = ["train", "photographs.yaml", "--data", "birds", "--threads", "1", "--weights"]
            let result = try program.run(
                words + ["\(Photographs.model)/model.safetensors", "frozen=[{ of: [backbone] }]"])
            #expect(result.status == 0, "\(result.stderr)")
            #expect(result.stdout.contains(/\n[0-9]+ tensors of runs\/photographs-1\/model.safetensors\n/))
            let (first, second) = try (
                SafetensorsFile(path: program.path("\(Photographs.model)/model.safetensors")),
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
