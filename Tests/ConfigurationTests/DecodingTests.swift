import Testing

@testable import Configuration

@Suite struct DecodingTests {
    private let whole = """
        epochs: 3
        data: { set: mnist, mean: [0.1307], precision: bfloat16 }
        optimizers:
          - { learningRate: 1e-3, momentum: 0.9 }
          - learningRate: 0.5
            of: [center]
        schedule: { name: step, every: 20, factor: 0.8 }
        """

    @Test func everythingIsRead() throws {
        let recipe: Recipe = try decoded(whole)
        #expect(recipe.epochs == 3)
        #expect(recipe.data.mean == [0.1307])
        #expect(recipe.data.precision == .bfloat16)
        #expect(recipe.optimizers.map(\.learningRate) == [0.001, 0.5])
        #expect(recipe.optimizers.map(\.of) == [["backbone"], ["center"]])
        #expect(recipe.schedule == .step(.init(every: 20, factor: 0.8)))
    }

    @Test func defaultsStandIn() throws {
        let recipe: Recipe = try decoded("data: { set: cifar }")
        #expect(recipe.epochs == 10)
        #expect(recipe.optimizers.isEmpty)
        #expect(recipe.schedule == nil)
        #expect(try decoded("data: { set: cifar }\nschedule: ~", as: Recipe.self).schedule == nil)
    }

    @Test(arguments: [
        ("epoch: 5\ndata: { set: a }", "epoch: is not a setting here; did you mean epochs?"),
        (
            "data: { set: a }\noptimizers: [{ learningRate: 1 }, { learningRate: 1, momentm: 0 }]",
            "optimizers[1].momentm: is not a setting here; did you mean momentum?"
        ),
        (
            "data: { set: a }\nschedule: { name: cosine, warmup: 1, zzz: 1 }",
            "schedule.zzz: is not a setting here; known: name, warmup; for its defaults write schedule={name: cosine}"
        ),
        // The misspelt one is missing too, which would say less.
        (
            "data: { set: a }\noptimizers: [{ learningrate: 0.1 }]",
            "optimizers[0].learningrate: is not a setting here; did you mean learningRate?"
        ),
        // What is near the missing key is a key of its own.
        ("data: { set: a }\nschedule: { name: step, every: 2 }", "schedule.factor: is missing; add it"),
        ("epochs: 5", "data: is missing; add it"),
        ("data: 5", "data: is 5, expected a group of settings; write it in braces, as {key: value}"),
        (
            "data: { set: a }\noptimizers: { learningRate: 1 }",
            "optimizers: is a group of settings, expected a list; put it into brackets: [...]"
        ),
        ("data: { set: a, mean: [0.1, x] }", "data.mean[1]: is x, expected a number; write one, such as 0.1"),
        (
            "data: { set: a, precision: bfloat6 }",
            "data.precision: is bfloat6, which is not known; did you mean bfloat16? There are: float32, bfloat16, automatic"
        ),
        (
            "data: { set: a }\nschedule: { name: linear }",
            "schedule.name: is linear, which is not known; choose one of: step, cosine"
        ),
        ("epochs: 0\ndata: { set: a }", "epochs: is 0, expected a number above 0; give a value that fits"),
        (
            "data: { set: a }\noptimizers: [{ learningRate: 1, momentum: 1 }]",
            "optimizers[0].momentum: is 1, expected 0 to 0.999; give a value that fits"
        ),
        ("epochs:\ndata: { set: a }", "epochs: is empty, expected a whole number; write one, such as 5"),
    ])
    func mistakesAreNamed(yaml: String, expected: String) {
        #expect(message(yaml, as: Recipe.self) == "recipe.yaml: \(expected)")
    }

    @Test func dictionariesTakeAnyKey() throws {
        #expect(try decoded("value: { a.b: 1, c: 2 }", as: Wrapped<[String: Int]>.self).value == ["a.b": 1, "c": 2])
    }

    @Test func keysOfSeveralContainersAddUp() throws {
        struct Twice: Decodable {
            enum First: CodingKey { case a, nested }
            enum Second: CodingKey { case b }
            enum Inner: CodingKey { case c, d }
            let sum: Int

            init(from decoder: any Decoder) throws {
                let first = try decoder.container(keyedBy: First.self)
                let second = try decoder.container(keyedBy: Second.self)
                var list = try second.nestedUnkeyedContainer(forKey: .b)
                let c = try first.nestedContainer(keyedBy: Inner.self, forKey: .nested).decode(Int.self, forKey: .c)
                let d = try first.nestedContainer(keyedBy: Inner.self, forKey: .nested).decode(Int.self, forKey: .d)
                sum = try first.decode(Int.self, forKey: .a) + c + d + list.decode(Int.self) + list.decode(Int.self)
            }
        }
        #expect(try decoded("a: 1\nb: [2, 3]\nnested: { c: 4, d: 5 }", as: Twice.self).sum == 15)
        #expect(
            message("a: 1\nb: [2, 3]\nnested: { c: 4, d: 5, e: 6 }", as: Twice.self)
                == "recipe.yaml: nested.e: is not a setting here; known: c, d")
        #expect(
            message("a: 1\nb: [2]\nnested: { c: 4, d: 5 }", as: Twice.self)
                == "recipe.yaml: b: has 1 entries, expected more; add the missing entries")
    }

    @Test func errorsOfOneselfKeepTheirWords() {
        struct Picky: Decodable {
            enum CodingKeys: CodingKey { case size }

            init(from decoder: any Decoder) throws {
                let container = try decoder.container(keyedBy: CodingKeys.self)
                throw container.invalid(.size, problem: "is odd", remedy: "make it even")
            }
        }
        #expect(message("size: 3", as: Picky.self) == "recipe.yaml: size: is odd; make it even")
        #expect(
            message("", ["size=3"], as: Picky.self)
                == "recipe.yaml: is empty; write settings into it, such as: epochs: 5")
        #expect(message("size: 2", ["size=3"], as: Picky.self) == "size=3: size: is odd; make it even")
    }

    @Test func choiceCanBeMadeByHand() throws {
        #expect(try Recipe.Precision.choice("float32") == .float32)
        let error = #expect(throws: InvalidSetting.self) { try Recipe.Precision.choice("Float32") }
        #expect(error?.remedy == "did you mean float32? There are: float32, bfloat16, automatic")
    }
}
