import Recipes
import TestSupport
import Testing

@testable import Training

/// What is said of recipes that cannot work, and that nothing is said of those that do.
@Suite(.noLeaks) struct RecipeReviewTests {
    private func findings(_ overrides: String..., classes: Int = 10, count: Int = 10_000) throws -> [Finding] {
        let recipe = try Recipe(
            yaml: TinyTraining.text, source: "tiny", overrides: ["data.batch=64", "gradientLimit=5"] + overrides)
        return RecipeReview.findings(
            in: recipe, size: DataSize(classes: classes, count: count, channels: 1, imageSize: [28, 28]))
    }

    private func expect(
        _ findings: [Finding], _ severity: Finding.Severity, _ setting: String, _ parts: String...,
        sourceLocation: SourceLocation = #_sourceLocation
    ) {
        #expect(findings.map(\.setting) == [setting], "\(findings)", sourceLocation: sourceLocation)
        guard let finding = findings.first else { return }
        #expect(finding.severity == severity && !finding.remedy.isEmpty, sourceLocation: sourceLocation)
        for part in parts {
            #expect(
                "\(finding.problem); \(finding.remedy)".contains(part), "\(finding)", sourceLocation: sourceLocation)
        }
    }

    /// How many classes and images sets of files have, which a recipe cannot know: those of papers, about what eight folds have, and what
    /// somebody may have.
    private static let files = [
        "lfw-small": (classes: 3_400, images: 6_100), "casia-arcface-iresnet50": (classes: 10_572, images: 490_623),
        "casia-arcface-intra-inter": (classes: 10_572, images: 490_623),
        "faces-angular-triplet": (classes: 10_572, images: 490_623), "faces-fine-tuning": (classes: 200, images: 4_000),
        "ms1mv2-arcface-iresnet100": (classes: 85_742, images: 5_822_653), "photographs": (classes: 12, images: 1_500),
    ]

    @Test(arguments: BuiltInRecipes.all.keys.sorted()) func theBuiltInAreSound(name: String) throws {
        let recipe = try Recipe(yaml: #require(BuiltInRecipes.all[name]), source: name)
        let known = Self.files[name].map {
            DataSize(classes: $0.classes, count: $0.images, channels: 3, imageSize: [112, 112])
        }
        let size = try known ?? recipe.dataSize()
        #expect(RecipeReview.findings(in: recipe, size: size).isEmpty)
    }

    /// The counts of the drawn set are those of the recipe; of the others, those of their papers.
    @Test func sizesAreKnown() throws {
        let drawn = try TinyTraining.recipe("data.characters=letters", "data.train=77").dataSize()
        #expect(drawn == DataSize(classes: 26, count: 77, channels: 1, imageSize: [28, 28]))
        let recipe = try Recipe(yaml: #require(BuiltInRecipes.all["mnist-center"]), source: "mnist-center")
        #expect(try recipe.dataSize() == DataSize(classes: 10, count: 60_000, channels: 1, imageSize: [28, 28]))
    }

    // python3 -c "from math import *; b = lambda C, p: (C - 1) / C * log((C - 1) * p / (1 - p)); print(b(10, .9), b(1000, .9), log(.9 * 8 / .1))"
    // 3.955004  9.094875  4.276666
    @Test func scalesBelowTheirBound() throws {
        expect(
            try findings("head={name: norm-softmax, scale: 3.9}", "backbone.embedding=16"), .error, "head.scale",
            "3.9 is below 4,", "10 classes", "raise it to 4 or more")
        #expect(try findings("head={name: norm-softmax, scale: 3.96}", "backbone.embedding=16").isEmpty)
        expect(
            try findings("head={name: norm-softmax, scale: 9}", "backbone.embedding=16", classes: 1000), .error,
            "head.scale", "below 9.1", "1000 classes")
        expect(try findings("head={name: l2-softmax, alpha: 4.2}"), .error, "head.alpha", "below 4.3")
        #expect(try findings("head={name: l2-softmax, alpha: 4.3}").isEmpty)
        #expect(try findings("head={name: l2-softmax, alpha: 4.2, learnt: true}").isEmpty)
    }

    // python3 -c "from math import *; f = lambda s: 1 / sum(exp(s * (cos(2 * pi * k / 10) - 1)) for k in range(10)); print(f(15.1), f(15.2))"
    // 0.899363  0.901081
    @Test func scalesInAPlaneNeedMore() throws {
        expect(
            try findings("head={name: norm-softmax, scale: 15.1}"), .warning, "head.scale", "below 15.2", "2 dimensions"
        )
        #expect(try findings("head={name: norm-softmax, scale: 15.2}").isEmpty)
    }

    // python3 -c "from math import *; print(1 - cos(2 * pi / 10), 2 * pi / 10, 1 + 1 / 9, acos(-1 / 9))"
    // 0.190983  0.628319  1.111111  1.682137
    @Test func marginsWithoutRoom() throws {
        expect(
            try findings("head={name: cosface}"), .error, "head.margin", "0.35 off the cosine", "36.0 degrees",
            "lower it to 0.19 or less", "backbone.embedding to 9")
        #expect(try findings("head={name: cosface, margin: 0.19}").isEmpty)
        expect(try findings("head={name: cosface, margin: 0.192}"), .error, "head.margin")
        expect(
            try findings("head={name: cosface, margin: 1.12}", "backbone.embedding=16"), .error, "head.margin",
            "lower it to 1.11 or less")
        #expect(try findings("head={name: cosface, margin: 1.11}", "backbone.embedding=16").isEmpty)
        expect(try findings("head={name: arcface, margin: 0.63}"), .error, "head.margin", "lower it to 0.628 or less")
        #expect(try findings("head={name: arcface, margin: 0.628}").isEmpty)
        expect(
            try findings("head={name: arcface, margin: 1.69}", "backbone.embedding=16"), .error, "head.margin",
            "96.4 degrees apart", "lower it to 1.68 or less")
        expect(try findings("head={name: magface}"), .warning, "head.margins", "greatest margin", "0.8 rad")
        expect(try findings("head={name: combined-margin, angle: 0.7}"), .error, "head.angle", "0.7 rad", "0.2 off")
        #expect(try findings("head={name: sphereface}").isEmpty)
    }

    @Test func shortFeaturesWantALimit() throws {
        expect(
            try findings("head={name: arcface}", "gradientLimit=null"), .warning, "gradientLimit", "long",
            "set gradientLimit=5")
        #expect(try findings("head={name: sphereface}", "gradientLimit=null").isEmpty)
        #expect(try findings("gradientLimit=null").isEmpty)
    }

    /// Of 9,999 others 999 are of the anchor's class, so 3 others have 0.2997 of them.
    @Test func batchesWithoutPairs() throws {
        let triplets = [
            "losses=[{name: triplet}]", "optimizers=[{of: [backbone, head], name: sgd, learningRate: 0.1}]",
        ]
        expect(
            try findings(triplets[0], triplets[1], "data.batch=4"), .warning, "data.batch", "0.3 positives",
            "triplet", "data.sampler={name: per-class}")
        expect(try findings(triplets[0], triplets[1], "data.batch=1"), .error, "data.batch")
        #expect(try findings(triplets[0], triplets[1], "data.batch=12").isEmpty)
        expect(try findings(triplets[0], triplets[1], classes: 1000), .warning, "data.batch", "1000 classes")
        expect(
            try findings(triplets[0], triplets[1], "data.batch=16", "data.sampler={name: per-class, perClass: 16}"),
            .error,
            "data.sampler.perClass", "are of one class")
    }

    /// What a sampler cannot make, or makes without pairs.
    @Test func samplersWithoutPairs() throws {
        let triplets = [
            "losses=[{name: triplet}]", "optimizers=[{of: [backbone, head], name: sgd, learningRate: 0.1}]",
        ]
        func found(_ sampler: String, _ more: String = "epochs=2") throws -> [Finding] {
            try findings(triplets[0], triplets[1], "data.sampler=\(sampler)", more)
        }
        expect(try found("{name: per-class, perClass: 2}"), .error, "per-class sampler: batch", "the data has 10")
        expect(try found("{name: per-class, perClass: 1}", "data.batch=8"), .error, "data.sampler", "0 positives")
        expect(try found("{name: balanced}", "data.batch=10"), .error, "data.sampler", "0 positives", "per-class")
        expect(
            try found("{name: balanced}", "data.batch=15"), .warning, "data.sampler", "balanced batches", "positives")
        expect(try found("{name: episodic, ways: 1}"), .error, "data.sampler", "each batch is of one class")
        #expect(try found("{name: episodic}").isEmpty && found("{name: per-class, perClass: 8}").isEmpty)
    }

    /// Steps are counted as the sampler has them: 100 episodes, or 600,000 images drawn.
    @Test func stepsAreTheSamplers() throws {
        func found(_ sampler: String, _ milestone: Int) throws -> [Finding] {
            let schedule = "{name: multistep, by: iteration, milestones: [\(milestone)]}"
            return try findings(
                "epochs=1", "data.sampler=\(sampler)", "optimizers[0].schedule=\(schedule)")
        }
        #expect(try found("{name: balanced, samples: 600000}", 1000).isEmpty)
        #expect(try found("{name: episodic}", 300).map(\.setting) == ["optimizers[0].schedule.milestones"])
    }

    @Test func lossesThatTeachNothing() throws {
        expect(try findings("losses[0].weight=0"), .warning, "losses[0].weight", "center")
        expect(try findings("losses[0].update=paper", "losses[0].rate=0"), .error, "losses[0].rate")
    }

    /// Two epochs of 157 batches of 64: a rate of 1e-6 sums up to 3.14e-4, for centres that are about 1.4 long.
    @Test func ratesThatMoveNothing() throws {
        expect(
            try findings("optimizers[1].learningRate=1e-6"), .error, "optimizers[1].learningRate", "314 steps",
            "center",
            "0.000314")
        #expect(try findings("optimizers[1].learningRate=1e-5").isEmpty)
        // Momentum of 0.9 makes ten times the way.
        #expect(try findings("optimizers[1].learningRate=1e-6", "optimizers[1].momentum=0.9").isEmpty)
        expect(
            try findings(
                "optimizers[1].learningRate=1e-4",
                "optimizers[1].schedule={name: multistep, milestones: [0], factor: 1e-3}"),
            .error, "optimizers[1].learningRate")
    }

    @Test func schedulesBeyondTheEnd() throws {
        let place = "optimizers[0].schedule"
        expect(
            try findings("\(place)={name: cosine, warmUp: 2}"), .error, "\(place).warmUp", "2 epochs", "below 2")
        #expect(try findings("\(place)={name: cosine, warmUp: 1}").isEmpty)
        expect(
            try findings("\(place)={name: multistep, milestones: [1, 2, 5]}"), .warning, "\(place).milestones", "2, 5 ")
        expect(
            try findings("\(place)={name: multistep, milestones: [1], warmUp: 1}"), .warning, "\(place).milestones")
        expect(
            try findings("\(place)={name: multistep, milestones: [314], by: iteration}"), .warning,
            "\(place).milestones", "314 iterations")
        #expect(try findings("\(place)={name: multistep, milestones: [313], by: iteration}").isEmpty)
        expect(try findings("\(place)={name: step, every: 2}"), .warning, "\(place).every")
        #expect(try findings("\(place)={name: step, every: 1}").isEmpty)
    }
}
