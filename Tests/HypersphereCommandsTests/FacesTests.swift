import Foundation
import TestSupport
import Testing

/// Training on faces in RecordIO files and in the form of Labeled Faces in the Wild, each as a process.
@Suite(.noLeaks, .serialized) struct FacesTests {
    /// A recipe learns from records as from a folder.
    @Test func recordsAreTrainedOn() throws {
        try Program.inScratchFolder { program in
            for name in ["train.rec", "train.idx", "property"] {
                try FileManager.default.copyItem(
                    atPath: Fixture.path("records/\(name)"), toPath: program.path(name))
            }
            try program.write(Photographs.recipe.replacing("set: folder", with: "set: records"), to: "faces.yaml")
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
                    try Photographs.copy(source, "lfw/faces/\(person)/\(person)_000\(number + 1).jpg", in: program)
                }
            }
            // Ann is in the first fold and in the last.
            let pairs = [
                "ann 1 2", "ann 1 bob 1", "cid 1 2", "cid 2 bob 1", "dan 1 2", "dan 1 eve 1", "fay 1 2", "fay 1 ann 2",
            ]
            try program.write("4 1\n" + pairs.joined(separator: "\n") + "\n", to: "lfw/pairs.txt")
            try program.write(Photographs.recipe.replacing("set: folder", with: "set: lfw"), to: "faces.yaml")
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
}
