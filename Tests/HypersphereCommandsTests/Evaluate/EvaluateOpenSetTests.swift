import Foundation
import Testing
import TestSupport
import Torch

/// `evaluate open-set` and `evaluate few-shot` on the cases of `verification.safetensors`.
@Suite(.noLeaks) struct EvaluateOpenSetTests {
    /// AUROC, both AUPR, both FPR95, OSCR and the accuracy by scikit-learn 1.8: `roc_auc_score`, `average_precision_score`,
    /// `roc_curve(drop_intermediate=False)`, the mean over all couples, `KNeighborsClassifier(1, metric="cosine")`. The scores are
    /// those of the case `gallery`: its first 20 samples are known, of which four are given a wrong class, (label + 1) % 6.
    private static let expected: [String: [Double]] = [
        "nearest-cosine": [0.97, 0.9674585444225536, 0.9770186335403727, 0.1, 0.2, 0.78, 0.8],
        "neighbour-5-cosine": [0.985, 0.9866600790513833, 0.9856926406926407, 0.15, 0.1, 0.7925, 0.8],
        "center-cosine": [0.9974999999999999, 0.9976190476190476, 0.9976190476190476, 0.0, 0.0, 0.7975, 0.8],
        "mahalanobis": [0.99, 0.9906926406926406, 0.9906926406926406, 0.1, 0.1, 0.795, 0.8],
    ]
    private static let measures = [
        "areaUnderCurve", "averagePrecisionWithKnownPositive", "averagePrecisionWithUnknownPositive",
        "falsePositiveRateAt95WithKnownPositive", "falsePositiveRateAt95WithUnknownPositive",
        "openSetClassificationRate", "knownAccuracy",
    ]
    private static let words = [
        "evaluate", "open-set", "--known-train", "train.safetensors", "--known", "known.safetensors", "--unknown",
        "unknown.npy",
    ]

    private func withCase(_ body: (Program) throws -> Void) throws {
        let item = try Fixture("verification")["gallery"]
        let labels: [Int64] = try item.tensor("labels").array()
        let wrong = labels.prefix(20).enumerated().map { $0 < 4 ? ($1 + 1) % 6 : $1 }
        try Program.inScratchFolder { program in
            try SafetensorsFile.write(
                ["embeddings": item.tensor("gallery"), "labels": Tensor(labels)], to: program.path("train.safetensors"))
            try SafetensorsFile.write(
                ["embeddings": item.tensor("samples")[0..<20], "labels": Tensor(wrong)],
                to: program.path("known.safetensors"))
            try NPYFile.write(item.tensor("samples")[20..<40], to: program.path("unknown.npy"))
            try body(program)
        }
    }

    @Test func theNumbersAreScikitLearns() throws {
        try withCase { program in
            let found = try program.answers(Self.words)
            let scores = try #require(found["scores"]?.list)
            #expect(Set(scores.compactMap { $0["name"]?.text }) == Set(Self.expected.keys))
            for score in scores {
                let name = try #require(score["name"]?.text)
                for (measure, value) in zip(Self.measures, try #require(Self.expected[name])) {
                    expectEqual(try score.number(measure), value, absolute: 1e-14, "\(name) \(measure)")
                }
            }
            let text = try program.run(Self.words)
            #expect(text.stdout.contains("\nmahalanobis         0.9900  0.9907  0.9907   0.1000   0.1000  0.7950"))
            for line in text.lines { #expect(line.count <= 80, "\(line)") }
        }
    }

    @Test func classesThatDoNotFitAreTold() throws {
        try withCase { program in
            func refused(_ option: String, _ file: String, _ parts: [String]) throws {
                var words = Self.words
                let place = try #require(words.firstIndex(of: option))
                words[place + 1] = file
                expectOneLine(try program.run(words), parts)
            }
            var numbered = Self.words
            numbered[numbered.count - 1] = "known.safetensors"
            let numbers = try program.run(numbered)
            #expect(numbers.status == 0)
            #expect(
                numbers.stderr
                    == "warning: known.safetensors: 6 class numbers of train.safetensors too, taken for other classes\n"
            )
            // A number in front of it hides no name.
            for (known, first) in [("wren", "crow"), ("7", "7")] {
                try program.write("label,x0\nowl,1\nowl,2\n\(known),-5\n", to: "train.csv")
                try program.write("label,x0\nowl,1.5\n\(known),-4\n", to: "known.csv")
                try program.write("label,x0\n\(first),3\nowl,9\n", to: "strangers.csv")
                let shared = try program.run(
                    "evaluate", "open-set", "--known-train", "train.csv", "--known", "known.csv", "--unknown",
                    "strangers.csv")
                expectOneLine(shared, ["strangers.csv: classes: owl is among those of train.csv"])
            }
            try refused("--known", "train.safetensors", ["train.safetensors: ", "is in train.safetensors too"])
            try program.write("label,x0,x1\n99,1,2\n", to: "other.csv")
            try refused("--known", "other.csv", ["other.csv: width: is 2, that of train.safetensors 8"])
            try program.write("label,a,b,c,d,e,f,g,h\n99,1,2,3,4,5,6,7,8\n", to: "other.csv")
            try refused("--known", "other.csv", ["other.csv: classes: 99 is not among those of train.safetensors"])
            try program.write("a,b,c,d,e,f,g,h\n0,0,0,0,0,0,0,0\n", to: "other.csv")
            try refused("--unknown", "other.csv", ["other.csv: row 0: is zero"])
            try refused("--known", "unknown.npy", ["unknown.npy: classes: the file does not tell them"])
        }
    }

    /// Files in the two parts may have one name; an image in both has its embedding too.
    @Test func namesAloneAreNoOverlap() throws {
        try Program.inScratchFolder { program in
            try program.write("file,label,x0\n1.jpg,owl,1\n2.jpg,owl,2\n1.jpg,wren,-5\n", to: "train.csv")
            try program.write("file,label,x0\n1.jpg,owl,1.5\n3.jpg,wren,-4\n", to: "known.csv")
            try program.write("x0\n-2\n7\n", to: "unknown.csv")
            let words = ["evaluate", "open-set", "--metric", "euclidean", "--k", "1", "--known-train", "train.csv"]
            let result = try program.run(words + ["--known", "known.csv", "--unknown", "unknown.csv"])
            #expect(result.status == 0, "\(result.stderr)")
            try program.write("file,label,x0\n3.jpg,wren,-4\n1.jpg,owl,1.001\n", to: "known.csv")
            expectOneLine(
                try program.run(words + ["--known", "known.csv", "--unknown", "unknown.csv"]),
                ["known.csv: 1.jpg is in train.csv too"])
        }
    }

    @Test func aModelsLogitsAreScoredToo() throws {
        try TinyRun.withCopy { program in
            func place(_ names: [String], in folder: String) throws {
                for (index, name) in names.enumerated() {
                    let target = program.path("\(folder)/\(index % 2)")
                    try FileManager.default.createDirectory(atPath: target, withIntermediateDirectories: true)
                    try FileManager.default.copyItem(
                        atPath: Fixture.path("images/\(name).jpg"), toPath: "\(target)/\(name).jpg")
                }
            }
            try place(["jpeg_411", "jpeg_420", "jpeg_422", "jpeg_440"], in: "train")
            try place(["jpeg_444", "jpeg_grey"], in: "known")
            try place(["jpeg_progressive"], in: "unknown/x")
            let words = [
                "evaluate", "open-set", TinyRun.folder, "--known-train", "train", "--known", "known", "--unknown",
                "unknown", "--k", "2",
            ]
            let found = try program.answers(words + ["--quiet"])
            let names = try #require(found["scores"]?.list).compactMap { $0["name"]?.text }
            #expect(names.prefix(3) == ["nearest-cosine", "neighbour-2-cosine", "center-cosine"])
            #expect(names.suffix(2) == ["maximum-logit", "energy"])
        }
    }

    @Test(arguments: ["euclidean", "cosine"]) func fewShotsAreTheReferences(metric: String) throws {
        let item = try Fixture("verification")["few_shot_5_1"]
        try Program.inScratchFolder { program in
            try NPYFile.write(item.tensor("embeddings"), to: program.path("x.npy"))
            try NPYFile.write(item.tensor("labels"), to: program.path("l.npy"))
            let words = [
                "evaluate", "few-shot", "--embeddings", "x.npy", "--labels", "l.npy", "--metric", metric, "--ways", "5",
                "--shots", "1", "--queries", "15", "--episodes", "40", "--seed", "5",
            ]
            let found = try program.answers(words)
            expectEqual(Tensor(try found.numbers("accuracies")), try item.tensor(metric), relative: 1e-13)
            let summary: [Double] = try item.tensor("\(metric)_summary").array()
            expectEqual(try found.number("accuracy"), summary[0], relative: 1e-13)
            expectEqual(try found.number("margin"), summary[1], relative: 1e-12)
            let text = try program.run(words)
            let line = String(format: "accuracy  %.4f ± %.4f  ", summary[0], summary[1])
            #expect(text.stdout.contains(line) && text.stdout.contains("40 episodes, seed 5: 5 classes"))
            for line in text.lines { #expect(line.count <= 80, "\(line)") }
            let many = try program.run(words + ["--shots", "900"])
            expectOneLine(many, ["few-shot episodes: classes: an episode takes 915 samples of a class"])
            try program.write("label,x0\nowl,1\nowl,2\nowl,3\nwren,4\n", to: "few.csv")
            expectOneLine(
                try program.run(
                    "evaluate", "few-shot", "--embeddings", "few.csv", "--ways", "2", "--shots", "1", "--queries", "1"),
                ["too few have wren (1)"])
        }
    }
}
