import Foundation
import TestSupport
import Testing

/// A comparison of seconds: three methods, two seeds, two rotations of unknown classes.
struct CompareTests {
    private static let recipe = """
        name: tiny-compare
        data: { set: strokes, train: 96, test: 64, batch: 16 }
        backbone: { name: lenet++, embedding: 8 }
        optimizers: [{ of: [backbone, head], name: sgd, learningRate: 0.01, momentum: 0.9 }]
        gradientLimit: 5
        epochs: 1
        seeds: [0, 1]
        methods:
          - { name: softmax, head: { name: softmax } }
          - { name: triplet, losses: [{ name: triplet }] }
        unknown: { classes: 5, rotations: 1 }
        """

    private func compare(_ program: Program, _ words: String...) throws -> Program.Result {
        try program.run(["compare", "tiny.yaml", "--threads", "1"] + words)
    }

    private func scores(_ program: Program, _ run: String) throws -> Setting {
        try JSONDecoder().decode(Setting.self, from: program.data("runs/tiny-compare/\(run)/scores.json"))
    }

    @Test func allIsTrainedMeasuredAndKept() throws {
        try Program.inScratchFolder { program in
            try program.write(Self.recipe, to: "tiny.yaml")
            let first = try compare(program)
            #expect(first.status == 0 && first.stderr.isEmpty, "\(first.stderr)")
            #expect(first.lines.contains("2 methods, 2 seeds, 1 epoch; 5 unknown classes in 1 rotation: 6 trainings"))
            #expect(first.lines.contains { $0.hasPrefix("6/6 triplet/rotation-0-seed-0: accuracy ") })
            for run in ["softmax/seed-0", "softmax/seed-1", "triplet/seed-1"] {
                #expect(try scores(program, run)["unknown"] == nil)
                #expect(program.exists("runs/tiny-compare/\(run)/model.safetensors"))
            }
            let unknown = try #require(try scores(program, "triplet/rotation-0-seed-0")["unknown"])
            #expect((0...1).contains(unknown["areaByCosine"]?.number ?? -1))
            #expect(try program.text("runs/tiny-compare/comparison.csv").split(separator: "\n").count == 1 + 2 * 6)

            for name in ["embeddings.png", "embeddings.svg", "logits.png", "report.html"] {
                #expect(program.exists("runs/tiny-compare/\(name)"))
            }
            let page = try program.text("runs/tiny-compare/report.html")
            #expect(page.contains("tiny-compare: embeddings") && page.contains("Differences from softmax"))

            // What is done is not done again, and a further seed only adds.
            let before = try program.data("runs/tiny-compare/softmax/seed-0/scores.json")
            let more = try compare(program, "seeds=[0, 1, 2]", "--json")
            #expect(more.status == 0 && more.stderr.isEmpty, "\(more.stderr)")
            #expect(try program.data("runs/tiny-compare/softmax/seed-0/scores.json") == before)
            let table = try JSONDecoder().decode(Setting.self, from: Data(more.stdout.utf8))
            let row = try #require(table["rows"]?.list?.first)
            #expect(row["method"]?.text == "softmax" && row["values"]?.list?.first?["count"]?.integer == 3)
            let accuracies = try (0...2).map {
                try #require(scores(program, "softmax/seed-\($0)")["accuracy"]?.number)
            }
            #expect(abs((row["values"]?.list?.first?["mean"]?.number ?? 0) - accuracies.reduce(0, +) / 3) < 1e-12)

            // Other settings are another comparison.
            expectOneLine(
                try compare(program, "optimizers[0].momentum=0.5"),
                ["runs/tiny-compare/softmax/seed-0/recipe.yaml: is not what the comparison now says of softmax"])
        }
    }

    /// What is done was measured on its images and unknown classes, which the recipes of methods do not name.
    @Test func othersAreNotTakenForWhatIsDone() throws {
        try Program.inScratchFolder { program in
            try program.write(Self.recipe, to: "tiny.yaml")
            let small = ["methods=[{ name: \"soft, max\", head: { name: softmax } }]", "seeds=[0]"]
            #expect(try program.run(["compare", "tiny.yaml"] + small).status == 0)
            #expect(try program.text("runs/tiny-compare/comparison.csv").contains("\n\"soft, max\",accuracy,"))
            expectOneLine(
                try program.run(["compare", "tiny.yaml", "unknown.classes=3"] + small),
                ["checksum: the images are not those that runs/tiny-compare/soft, max/rotation-0-seed-0 began with"])
            expectOneLine(
                try program.run(["compare", "tiny.yaml", "data.test=60"] + small),
                ["is not what the comparison now says"])
        }
    }

    /// Photographs of which one is broken, and so few that t-SNE has none to lay out.
    @Test func brokenImagesAreLeftOut() throws {
        try Program.inScratchFolder { program in
            for (part, number) in [("train", 4), ("test", 2)] {
                for (place, name) in ["owl", "wren"].enumerated() {
                    for index in 0..<number {
                        let source = index == 1 && place == 0 ? "bad_jpeg_cut.bin" : "jpeg_rgb.jpg"
                        try Photographs.copy(source, "birds/\(part)/\(name)/\(index).jpg", in: program)
                    }
                }
            }
            try program.write(
                """
                name: birds-compare
                data: { set: folder, batch: 4, images: { size: [28, 28], geometry: squash, broken: skip } }
                backbone: { name: lenet++, embedding: 8 }
                optimizers: [{ of: [backbone, head], name: sgd, learningRate: 0.001 }]
                epochs: 1
                seeds: [0]
                methods: [{ name: softmax, head: { name: softmax } }]
                """, to: "birds.yaml")
            let result = try program.run("compare", "birds.yaml", "--data", "birds", "--threads", "1")
            #expect(result.status == 0, "\(result.stderr)")
            #expect(
                program.exists("runs/birds-compare/report.html") && !program.exists("runs/birds-compare/logits.png"))
            #expect(!result.stdout.contains("embeddings.png"))
        }
    }

    @Test(arguments: [
        (["methods=[]"], ["methods", "a list of methods"]),
        (["methods=[{ name: a, head: { name: arcfase } }]"], ["methods[0].head", "arcface"]),
        (["methods=[{ name: a }]"], ["tiny.yaml: a: ", "nothing teaches"]),
        (
            ["methods=[{ name: a, head: { name: softmax } }, { name: a, head: { name: softmax } }]"],
            ["methods", "its own"]
        ),
        (["seeds=[1, 1]"], ["seeds", "different numbers"]),
        (["unknown.classes=10"], ["unknown", "has 10 classes", "fewer than all"]),
        (["head={ name: softmax }"], ["head", "is not a setting"]),
    ])
    func isRefused(overrides: [String], parts: [String]) throws {
        try Program.inScratchFolder { program in
            try program.write(Self.recipe, to: "tiny.yaml")
            expectOneLine(try program.run(["compare", "tiny.yaml"] + overrides), parts)
            #expect(!program.exists("runs/tiny-compare/softmax"))
        }
    }
}
