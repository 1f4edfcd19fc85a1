import Testing

@testable import Configuration

@Suite struct OverrideTests {
    private let yaml = """
        epochs: 3
        data: { set: mnist, mean: [0.1307] }
        optimizers: [{ learningRate: 0.1 }, { learningRate: 0.2 }]
        schedule: ~
        """

    @Test func valuesAreReplacedAndAdded() throws {
        let recipe: Recipe = try decoded(
            yaml,
            [
                "epochs=1e2", "data.set=a: b # c", "data.mean=[0.5, 0.25]", "data.precision=automatic",
                "optimizers[1].learningRate= 0.01 ", "optimizers[1].momentum=0.9", "optimizers[0].of=[center, head]",
                "schedule={ name: step, every: 20, factor: 0.8 }", "schedule.every=5",
            ])
        #expect(recipe.epochs == 100)
        #expect(recipe.data.set == "a: b # c")
        #expect(recipe.data.mean == [0.5, 0.25])
        #expect(recipe.data.precision == .automatic)
        #expect(recipe.optimizers.map(\.learningRate) == [0.1, 0.01])
        #expect(recipe.optimizers.map(\.momentum) == [0, 0.9])
        #expect(recipe.optimizers[0].of == ["center", "head"])
        #expect(recipe.schedule == .step(.init(every: 5, factor: 0.8)))
    }

    @Test func groupsAreMadeOnTheWay() throws {
        let recipe: Recipe = try decoded("epochs: 1", ["data.set=cifar", "schedule.name=cosine", "schedule.warmup=2"])
        #expect(recipe.data.set == "cifar")
        #expect(recipe.schedule == .cosine(.init(warmup: 2)))
    }

    @Test func quotedValuesAreText() throws {
        #expect(
            try decoded("a: 1", ["data.set=\"1 = 2\""], as: [String: Either].self)["data"] == .group(["set": "1 = 2"]))
        #expect(message(yaml, ["epochs=\"5\""], as: Recipe.self).hasPrefix("epochs=\"5\": epochs: is the text \"5\""))
        #expect(try decoded(yaml, ["data.set=\"\""], as: Recipe.self).data.set == "")
        #expect(
            try decoded(yaml, ["schedule={name: cosine, warmup: 1}", "schedule=null"], as: Recipe.self).schedule == nil)
    }

    private enum Either: Decodable, Equatable {
        case number(Int)
        case group([String: String])

        init(from decoder: any Decoder) throws {
            if let number = try? decoder.singleValueContainer().decode(Int.self) {
                self = .number(number)
            } else {
                self = .group(try [String: String](from: decoder))
            }
        }
    }

    @Test(arguments: [
        ("epochs", "epochs: is no override: it has no =; write key=value, such as epochs=5"),
        ("=5", "=5: has no key before =; write key=value, such as epochs=5"),
        ("epochs=", "epochs=: has no value after =; write one; \"\" is an empty text, null is nothing"),
        ("a..b=1", "a..b=1: a..b is no path to a setting; write it as in optimizers[0].learningRate=0.01"),
        ("a[x]=1", "a[x]=1: a[x] is no path to a setting; write it as in optimizers[0].learningRate=0.01"),
        ("a[-1]=1", "a[-1]=1: a[-1] is no path to a setting; write it as in optimizers[0].learningRate=0.01"),
        ("[0]=1", "[0]=1: [0] is no path to a setting; write it as in optimizers[0].learningRate=0.01"),
        ("a[99999999999999999999]=1", "a[99999999999999999999]=1: a[99999999999999999999] is no path"),
        (
            "optimizers[2].learningRate=1",
            "optimizers[2].learningRate=1: optimizers has 2 entries, so there is no optimizers[2]; use an index from 0 to 1"
        ),
        (
            "optimizers.learningRate=1",
            "optimizers.learningRate=1: optimizers is a list of 2; say which entry, as in optimizers[0].learningRate"
        ),
        ("epochs.x=1", "epochs.x=1: epochs is 3, so it has no x; override epochs itself, or remove .x"),
        ("epochs[0]=1", "epochs[0]=1: epochs is 3, so it has no entry [0]; remove [0]"),
        ("data[0]=1", "data[0]=1: data is a group of settings, so it has no entry [0]; remove [0]"),
        ("losses[0].weight=0", "losses[0].weight=0: losses is not there, so it has no entry [0]; write the whole list"),
        ("data.mean=[0.5", "data.mean=[0.5: is not valid YAML"),
        ("data.mean=[1] 2", "data.mean=[1] 2: is not valid YAML"),
        ("data.set=\"a\nb: c", "data.set=\"a b: c: is not valid YAML"),
        // These are found when decoding, and still name the override.
        ("epoch=5", "epoch=5: epoch: is not a setting here; did you mean epochs?"),
        ("epochs=five", "epochs=five: epochs: is five, expected a whole number; write one, such as 5"),
        ("data.mean=[0.5, a]", "data.mean=[0.5, a]: data.mean[1]: is a, expected a number; write one, such as 0.1"),
    ])
    func mistakesNameTheOverride(override: String, expected: String) {
        #expect(message(yaml, [override], as: Recipe.self).hasPrefix(expected))
    }

    @Test func refusedOverrideChangesNothing() throws {
        var document = try ConfigurationDocument(yaml: yaml, source: "recipe.yaml")
        #expect(throws: (any Error).self) { try document.set("optimizers[7].learningRate=1") }
        #expect(try document.decode(Recipe.self).optimizers.map(\.learningRate) == [0.1, 0.2])
    }
}
