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
