import Randomness
import Testing

@testable import Configuration

@Suite struct DocumentTests {
    private func error(_ yaml: String) -> String {
        message(yaml, as: [String: Int].self)
    }

    @Test(arguments: ["", "\n\n", "# only a comment\n", "---\n", "~"])
    func emptyFilesAreRefused(yaml: String) {
        #expect(error(yaml) == "recipe.yaml: is empty; write settings into it, such as: epochs: 5")
    }

    @Test(arguments: [("[1, 2]", "a list"), ("5", "5"), ("\"a\"", "the text \"a\"")])
    func otherRootsAreRefused(yaml: String, found: String) {
        #expect(error(yaml) == "recipe.yaml: is \(found), not settings; begin with a key, such as: epochs: 5")
    }

    @Test(arguments: [
        ("a: 1\nb: [1, 2\nc: 3", "recipe.yaml:3:2: is not valid YAML: did not find expected ',' or ']'"),
        ("a: 1\n\tb: 2", "recipe.yaml:2:1: is not valid YAML: found a tab character that violates indentation"),
        ("a: \"x", "recipe.yaml:1:6: is not valid YAML: found unexpected end of stream"),
        ("a: 1\nb: *x", "recipe.yaml:2:4: is not valid YAML: found undefined alias"),
        ("a: 1\nbc\u{1}: 2", "recipe.yaml:2:3: is not valid YAML: control characters are not allowed"),
        ("a: 1\n---\nb: 2", "recipe.yaml:2:1: is not valid YAML: but found another document"),
        ("a: 1\nb: 2\na: 3", "recipe.yaml:1:1: the key a is there twice; remove one of the two"),
        ("a: 1\n\"a\": 3", "recipe.yaml:1:1: the key a is there twice; remove one of the two"),
        ("a: 1\n5: 1\n'5': 3", "recipe.yaml:3:1: the key 5 is there twice; remove one of the two"),
        ("a: 1\n? [b]\n: 2", "recipe.yaml:2:3: a list or a group stands where a key should"),
        ("a: !!python/object 1", "recipe.yaml:1:4: the tag "),
        ("a: 1\nb: !secret x", "recipe.yaml:2:4: the tag !secret"),
        ("a: 1\nb: { <<: 3 }", "recipe.yaml:2:6: << merges something that is not a group of settings"),
    ])
    func mistakesAreLocated(yaml: String, expected: String) {
        let line = error(yaml)
        #expect(line.hasPrefix(expected))
        #expect(!line.contains("\n"))
    }

    @Test func anchorsAndMergesAreFollowed() throws {
        let yaml = """
            base: &base { a: 1, b: 2 }
            more: &more { b: 3, c: 4 }
            one: { <<: *base, b: 5 }
            both: { <<: [*base, *more], d: 6 }
            same: *base
            """
        let groups = try decoded(yaml, as: [String: [String: Int]].self)
        #expect(groups["one"] == ["a": 1, "b": 5])
        #expect(groups["both"] == ["a": 1, "b": 2, "c": 4, "d": 6])
        #expect(groups["same"] == ["a": 1, "b": 2])
    }

    @Test func aliasBombIsDefused() {
        var yaml = "a0: &a0 [x, x, x, x, x, x, x, x, x]\n"
        for level in 1...30 {
            let references = Array(repeating: "*a\(level - 1)", count: 9).joined(separator: ", ")
            yaml += "a\(level): &a\(level) [\(references)]\n"
        }
        #expect(error(yaml).contains("has more than 100000 values, aliases followed; use fewer aliases inside aliases"))
    }

    @Test(arguments: [
        "? *a30\n: 1", "*a30 : 1", "b: { *a30 : 1 }", "b: {*a30, c}", "b: [*a30 : 1]", "? [*a30]\n: 1",
        "b: { c: 1, *a30 }",
    ])
    func aliasBombAsAKeyIsDefused(key: String) {
        var yaml = "a0: &a0 [x, x, x, x, x, x, x, x, x]\n"
        for level in 1...30 {
            let references = Array(repeating: "*a\(level - 1)", count: 9).joined(separator: ", ")
            yaml += "a\(level): &a\(level) [\(references)]\n"
        }
        #expect(
            error(yaml + key).contains("a list, a group or an alias stands where a key should; write keys as plain"))
    }

    @Test func mergeBombIsDefused() {
        var yaml = "a0: &a0 { b: 1 }\n"
        for level in 1...40 {
            let references = Array(repeating: "*a\(level - 1)", count: 9).joined(separator: ", ")
            yaml += "a\(level): &a\(level) { <<: [\(references)] }\n"
        }
        #expect(error(yaml).contains("has more than 100000 values"))
    }

    @Test(arguments: [51, 400, 100_000])
    func deepNestingIsRefused(depth: Int) {
        let lists = "a: " + String(repeating: "[", count: depth) + String(repeating: "]", count: depth)
        let groups = "a: " + String(repeating: "{ b: ", count: depth) + "1" + String(repeating: "}", count: depth)
        let dashes = "a:\n" + String(repeating: "- ", count: depth) + "1"
        for yaml in [lists, groups, dashes] {
            let line = error(yaml)
            #expect(line.contains("nested deeper than 50 levels") || line.contains("nesting level"), "\(line)")
        }
        #expect(
            error("a: 1\nb: " + String(repeating: "[", count: 49) + String(repeating: "]", count: 49)).contains(
                "b: is a list"))
    }

    @Test func largeFilesAreRefused() {
        #expect(error("a: \"" + String(repeating: "x", count: 1 << 20) + "\"").contains("is larger than 1 MiB"))
    }

    @Test func mutilatedTextGivesOneLineOrAValue() {
        let whole = Array(
            """
            base: &base { a: 1, b: [2, 3] }
            more: { <<: *base, "c": 'd' } # comment
            text: |
              two
              lines
            list:
              - { e: 1e-3 }
              - ? f
                : !!str g

            """.unicodeScalars)
        let pieces = Array("{}[]:,-?*&!|>'\"%@`#~<= \t\n\u{0}\u{85}\u{FEFF}é学👩a1.".unicodeScalars)
        for seed in 0..<400 {
            var generator = SeededGenerator(seed: UInt64(seed))
            var scalars = whole
            for _ in 0...generator.index(below: 4) {
                let position = generator.index(below: scalars.count)
                switch generator.index(below: 3) {
                case 0: scalars.remove(at: position)
                case 1: scalars.insert(pieces[generator.index(below: pieces.count)], at: position)
                default: scalars.removeSubrange(position..<min(scalars.count, position + generator.index(below: 30)))
                }
                if scalars.isEmpty { scalars = whole }
            }
            let line = error(String(String.UnicodeScalarView(scalars)))
            #expect(line.hasPrefix("recipe.yaml") && !line.contains { $0.isNewline }, "seed \(seed): \(line)")
        }
    }

    @Test func manyKeysAreQuick() {
        let yaml = (0..<3000).map { "k\($0): \($0)" }.joined(separator: "\n")
        #expect(error(yaml) == "no error")
    }
}
