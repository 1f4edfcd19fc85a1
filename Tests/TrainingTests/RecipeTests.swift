import Files
import Foundation
import Recipes
import Testing
import Torch

@testable import Training

struct RecipeTests {
    /// The least that a recipe must say.
    private static let least = """
        name: least
        data: { set: strokes }
        backbone: { name: lenet++ }
        head: { name: softmax }
        optimizers: [{ of: [backbone, head], name: sgd, learningRate: 0.01 }]
        epochs: 2
        """

    private func recipe(_ overrides: String...) throws -> Recipe {
        try Recipe(yaml: Self.least, source: "least.yaml", overrides: overrides)
    }

    @Test func whatIsNotWrittenIsDefaulted() throws {
        let expected = """
            name: least
            about: ""
            data:
              set: strokes
              batch: 128
              sampler:
                name: shuffled
              mean: [0.5]
              deviation: [0.5]
              augmentation:
                crop: 0
                fill: zeros
                flip: 0
                jitter: null
                erasing: null
                mixUp: 0
              characters: digits
              train: 10000
              test: 2000
            verification: []
            backbone:
              name: lenet++
              embedding: 2
            weights: null
            frozen: []
            head:
              name: softmax
              bias: true
            losses: []
            optimizers:
              - of: [backbone, head]
                name: sgd
                learningRate: 0.01
                momentum: 0
                dampening: 0
                weightDecay: 0
                nesterov: false
                schedule:
                  name: constant
                  by: epoch
                  warmUp: 0
                  warmUpFrom: 0.01
                lookahead: null
            gradientLimit: null
            epochs: 2
            seed: 0
            precision: null
            layout: null
            threads: null

            """
        let text = try recipe().yaml()
        #expect(text == expected, "\(text)")
    }

    @Test(arguments: [
        ("{ name: resnet18 }", "stem: imagenet, projection: none, embedding: 512", nil),
        ("{ name: resnet50 }", "stem: imagenet, projection: none, embedding: 2048", nil),
        ("{ name: resnet18, embedding: 512, stem: cifar }", "stem: cifar, projection: linear, embedding: 512", nil),
        ("{ name: resnet34, projection: linear }", "stem: imagenet, projection: linear, embedding: 512", nil),
        ("{ name: resnet18, projection: concatPool }", "projection: concatPool, embedding: 512", nil),
        ("{ name: iresnet18 }", "embedding: 512, dropout: 0", 112),
        ("{ name: iresnet100, embedding: 64, dropout: 0.4 }", "embedding: 64, dropout: 0.4", 112),
        ("{ name: vit-s16 }", "name: vit-s16, embedding: null", 224),
    ])
    func backbonesAreOneNameEach(text: String, settings: String, imageSize: Int?) throws {
        let recipe = try recipe("backbone=\(text)")
        #expect(recipe.backbone.settings.imageSize == imageSize)
        let written = try recipe.yaml()
        let lines = written.split(separator: "\n").map { $0.trimmingCharacters(in: .whitespaces) }
        for setting in settings.split(separator: ", ") { #expect(lines.contains(String(setting)), "\(written)") }
        #expect(try Recipe(yaml: written, source: "written").yaml() == written)
    }

    @Test func adamWHasTheDefaultsOfItsPaper() throws {
        let text = try recipe("optimizers=[{ of: [backbone, head], name: adamw }]").yaml()
        for line in ["learningRate: 0.001", "betas: [0.9, 0.999]", "weightDecay: 0.01", "amsgrad: false"] {
            #expect(text.contains("    \(line)\n"), "\(line)")
        }
    }

    @Test func aLaterOverrideWins() throws {
        let recipe = try recipe("epochs=3", "data.batch=7", "epochs=4", "gradientLimit=2.5", "threads=1")
        #expect(recipe.epochs == 4)
        #expect(recipe.data.batch == 7)
        #expect(recipe.gradientLimit == 2.5)
        #expect(recipe.threads == 1)
        #expect(
            try Recipe(yaml: recipe.yaml(), source: "again", overrides: ["gradientLimit=null"]).gradientLimit == nil)
    }

    @Test(arguments: [
        ("optimizers[0].of=[backbone]", "head is trained by none"),
        ("optimizers[0].of=[head]", "backbone is trained by none"),
        ("optimizers[0].of=[backbone, head, backbone]", "backbone is trained by two"),
        ("optimizers[0].of=[backbone, haed]", "did you mean head?"),
        ("optimizers[0].of=[backbone, head, center]", "center, which is not known"),
        ("losses=[{ name: center }]", "center is trained by none"),
        ("losses=[{ name: center }, { name: center }]", "center stands twice"),
        (
            "optimizers=[{ of: [backbone, head], name: adamw }, { of: [], name: adamw }]",
            "the `of` of [1] is empty"
        ),
        ("optimizers=[]", "backbone is trained by none"),
    ])
    func everyPartIsTrainedByOneOptimizer(override: String, problem: String) {
        expectRefusal(problem, "; ") { _ = try recipe(override) }
    }

    /// Losses of pairs may stand alone; classes are then told by their means.
    @Test func aRecipeNeedsNoHead() throws {
        let text = """
            name: headless
            data: { set: strokes, sampler: { name: per-class, perClass: 16 } }
            backbone: { name: lenet++ }
            losses: [{ name: triplet, distance: cosine, miner: { name: batch-hard, distance: cosine }, memory: 256 }]
            optimizers: [{ of: [backbone], name: adamw }]
            epochs: 1
            """
        let recipe = try Recipe(yaml: text, source: "headless")
        let written = try recipe.yaml()
        #expect(written.contains("head:\n  name: nearest-mean\n"))
        for line in ["distance: cosine", "reducer: nonZeroMean", "memory: 256", "perClass: 16"] {
            #expect(written.contains(" \(line)\n"), "\(line) in \(written)")
        }
        expectRefusal("head, which is not known") {
            _ = try Recipe(yaml: text, source: "headless", overrides: ["optimizers[0].of=[backbone, head]"])
        }
    }

    @Test(arguments: [
        ("head={name: nearest-mean}", "nothing teaches"),
        ("losses=[{ name: inter }]", "directions of class vectors, which softmax does not have"),
        ("losses=[{ name: fastap, distance: cosine }]", "distance"),
        ("losses=[{ name: circle, memory: -1 }]", "0 or above"),
        ("losses=[{ name: triplet, miner: { name: batch-herd } }]", "did you mean batch-hard?"),
        ("losses=[{ name: triplet, miner: { name: batch-easy-hard, positives: all } }]", "easiest or hardest"),
        ("losses=[{ name: triplet, miner: { name: distance-weighted, cutoff: 1.5 } }]", "below farthest"),
        ("losses=[{ name: triplet, distance: cosin }]", "did you mean cosine?"),
        ("data.sampler={ name: per-clas }", "did you mean per-class?"),
    ])
    func choicesOfPairsAreChecked(override: String, problem: String) {
        expectRefusal(problem, "; ") { _ = try recipe(override) }
    }

    @Test(arguments: [
        ("data.sampler={ name: per-class, perClass: 3 }", "no multiple of 3"),
        ("data.sampler={ name: per-class, perClass: 1 }", "the data has 10"),
        ("data.sampler={ name: hierarchical, members: [[zero]] }", "zero, which is not known"),
        ("data.sampler={ name: hierarchical, members: [[\"0\"]] }", "has no group"),
        ("data.sampler={ name: episodic, ways: 11 }", "11 classes of 20 samples"),
    ])
    func samplersThatTheDataCannotGiveAreRefused(override: String, problem: String) throws {
        let recipe = try recipe(override)
        expectRefusal(problem, "; ") { _ = try Trainer(recipe, data: TinyTraining.data, device: .cpu) }
    }

    /// The paper's rule and the moving one change the centres themselves.
    @Test(arguments: ["paper", "movingAverage"])
    func centresThatMoveThemselvesNeedNoOptimizer(update: String) throws {
        #expect(try recipe("losses=[{ name: center, update: \(update) }]").losses.count == 1)
    }

    @Test(arguments: [
        ("epochs=0", "1 to 1000000"), ("epochs=two", "a whole number"), ("seed=-1", "seed"),
        ("data.batch=0", "above 0"),
        ("data.deviation=[0]", "above 0"), ("data.set=minst", "did you mean mnist?"),
        ("backbone.name=lenet", "did you mean lenet++?"),
        ("backbone={ name: resnet20 }", "did you mean resnet50?"),
        ("backbone={ name: resnet18, stem: cifr }", "did you mean cifar?"),
        ("backbone={ name: resnet18, projection: none, embedding: 64 }", "without a projection has 512"),
        ("backbone={ name: iresnet18, dropout: 1 }", "0 to 0.9"),
        ("backbone={ name: vit-s16, embedding: 0 }", "above 0"), ("head.name=softmx", "did you mean softmax?"),
        ("optimizers[0].name=sdg", "did you mean sgd?"), ("optimizers[0].learningRate=-1", "above 0"),
        ("optimizers[0].lookahead={share: 0}", "a share above 0"), ("optimizers[0].lookahead={interval: 0}", "above 0"),
        ("optimizers[0].lookahead={intervl: 5}", "did you mean interval?"),
        ("optimizers[0].momentum=1.5", "0 to 1"), ("optimizers[0].nesterov=true", "needs momentum"),
        ("optimizers[0].schedule.name=stp", "did you mean step?"), ("precision=fp23", "did you mean fp32?"),
        ("head={name: magface, margins: [25, 45]}", "below pi"),
        ("head={name: magface, margins: [0.45, 3.2]}", "below pi"),
        (
            "optimizers[0]={of: [backbone, head], name: adamw, schedule: {name: onecycle, momenta: [0.85, 1]}}",
            "momenta"
        ),
        ("name=a/b", "folder"), ("gradientLimt=1", "did you mean gradientLimit?"), ("data=strokes", "data"),
        ("optimizers[0].of=backbone", "a list"),
    ])
    func whatCannotBeIsRefused(override: String, problem: String) {
        expectRefusal(problem, override) { _ = try recipe(override) }
    }

    @Test(arguments: BuiltInRecipes.all.keys.sorted())
    func whatIsWrittenOutReadsBack(name: String) throws {
        let text = try #require(BuiltInRecipes.all[name])
        let recipe = try Recipe(yaml: text, source: name)
        #expect(recipe.name == name)
        #expect(!recipe.about.isEmpty)
        let written = try recipe.yaml()
        #expect(try Recipe(yaml: written, source: "written").yaml() == written)
    }

    @Test(arguments: BuiltInRecipes.comparisons.keys.sorted())
    func comparisonsReadBack(name: String) throws {
        let text = try #require(BuiltInRecipes.comparisons[name])
        let recipe = try ComparisonRecipe(yaml: text, source: name)
        #expect(recipe.name == name && !recipe.about.isEmpty)
        for method in recipe.methods { #expect(try recipe.recipe(of: method, seed: 3).seed == 3) }
        let written = try recipe.yaml()
        #expect(try ComparisonRecipe(yaml: written, source: "written").yaml() == written)
    }

    @Test func everyFileIsBuiltIn() throws {
        let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
            .appendingPathComponent("../../Recipes").standardizedFileURL
        let files = try FileManager.default.contentsOfDirectory(atPath: folder.path).filter { $0.hasSuffix(".yaml") }
        let all = BuiltInRecipes.all.merging(BuiltInRecipes.comparisons) { first, _ in first }
        #expect(Set(files) == Set(all.keys.map { "\($0).yaml" }))
        for file in files {
            let text = try InputFile.text(folder.appendingPathComponent(file).path)
            #expect(all[String(file.dropLast(5))] == text, "\(file)")
        }
    }
}

/// Losses that move all class vectors cannot do so while some of them rest.
struct SampledLossTests {
    private static let optimizers = "optimizers=[{of: [backbone, head], name: sgd, learningRate: 0.1}]"

    @Test(arguments: ["intra", "inter"]) func theyAreRefusedBesideVectorsThatRest(loss: String) throws {
        expectRefusal("losses", "\(loss) moves all class vectors") {
            _ = try TinyTraining.recipe(
                "head={name: arcface, sample: {rate: 0.5}}", "losses=[{name: \(loss)}]", Self.optimizers)
        }
        _ = try TinyTraining.recipe(
            "head={name: arcface, sample: {rate: 0.5, others: move}}", "losses=[{name: \(loss)}]", Self.optimizers)
    }
}

/// Centres that follow by themselves do not rest.
struct FrozenCentreTests {
    @Test func whatNoOptimizerTrainsIsNotFrozen() throws {
        expectRefusal("frozen", "names center, which no optimizer trains") {
            _ = try TinyTraining.recipe("losses[0].update=paper", "frozen=[{of: [center], until: 2}]")
        }
        _ = try TinyTraining.recipe("frozen=[{of: [center], until: 2}]")
    }
}

/// An image that is mixed of two classes cannot be told to a head that counts batches or draws classes.
struct MixedImageTests {
    @Test(arguments: [
        ("{name: sphereface}", "keeps count of batches"), ("{name: adaface}", "keeps count of batches"),
        ("{name: curricularface}", "keeps count of batches"), ("{name: arcface, sample: {rate: 0.5}}", "sample draws"),
    ])
    func someHeadsAreRefused(head: String, problem: String) throws {
        let others = [
            "losses=[]", "optimizers=[{of: [backbone, head], name: sgd, learningRate: 0.1}]",
            "data.augmentation.mixUp=0.4",
        ]
        expectRefusal("head", problem) {
            _ = try Recipe(yaml: TinyTraining.text, source: "tiny", overrides: ["head=\(head)"] + others)
        }
        for fine in ["{name: arcface}", "{name: arcface, sample: {rate: 0.5, others: move}}"] {
            _ = try Recipe(yaml: TinyTraining.text, source: "tiny", overrides: ["head=\(fine)"] + others)
        }
    }
}

/// An image is mirrored with a probability, or in every second epoch.
struct FlipSettingTests {
    @Test(arguments: ["0", "0.5", "alternating"]) func itIsWrittenAsItWasRead(flip: String) throws {
        let recipe = try TinyTraining.recipe("data.augmentation.flip=\(flip)")
        #expect(try recipe.yaml().contains("flip: \(flip)\n"))
    }

    @Test(arguments: ["1.5", "-0.1", "often"]) func anythingElseIsRefused(flip: String) {
        expectRefusal("data.augmentation.flip", "0 to 1, or alternating") {
            _ = try TinyTraining.recipe("data.augmentation.flip=\(flip)")
        }
    }
}

/// What every head that teaches takes, and is written only where it changes something.
struct LabelSmoothingTests {
    @Test func itIsAShareBelowOneOfAHeadThatTeaches() throws {
        #expect(try !TinyTraining.recipe("head={name: arcface}").yaml().contains("labelSmoothing"))
        let smooth = try TinyTraining.recipe("head={name: arcface, labelSmoothing: 0.1}")
        #expect(try smooth.yaml().contains("labelSmoothing: 0.1"))
        expectRefusal("head.labelSmoothing", "0 to below 1") {
            _ = try TinyTraining.recipe("head={name: arcface, labelSmoothing: 1}")
        }
        expectRefusal("head.labelSmoothing", "is not a setting here") {
            _ = try TinyTraining.recipe(
                "head={name: nearest-mean, labelSmoothing: 0.1}",
                "optimizers[0].of=[backbone]")
        }
    }
}

/// An angular margin has one unit, radians; degrees are written as such.
struct AngleSettingTests {
    @Test func degreesAreWrittenAsSuch() throws {
        let recipe = try TinyTraining.recipe("head={name: arcface, margin: 28.6deg}")
        // math.radians(28.6) in Python: 0.4991641660703783; the last digit is rounding.
        #expect(try recipe.yaml().contains("margin: 0.49916416607037"))
    }

    @Test(arguments: ["28.6", "-0.1", "half", "28.6 rad"]) func whatCanBeNoMarginIsRefused(text: String) throws {
        expectRefusal("head.margin", "radians from 0 to 3.14, or degrees as 28.6deg") {
            _ = try TinyTraining.recipe("head={name: arcface, margin: \(text)}")
        }
    }
}
