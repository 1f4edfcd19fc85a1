import Randomness
import Testing

@testable import Configuration

@Suite struct WriterTests {
    @Test func layoutIsReadable() throws {
        let recipe: Recipe = try decoded(
            """
            data: { set: mnist, mean: [0.1307] }
            optimizers: [{ of: [backbone, head], learningRate: 1e-3 }, { learningRate: 100, momentum: 0.5 }]
            schedule: { name: step, every: 20, factor: 0.8 }
            """)
        #expect(
            try yaml(of: recipe) == """
                epochs: 10
                data:
                  set: mnist
                  mean: [0.1307]
                  precision: float32
                optimizers:
                  - of: [backbone, head]
                    learningRate: 0.001
                    momentum: 0
                  - of: [backbone]
                    learningRate: 100
                    momentum: 0.5
                schedule:
                  name: step
                  every: 20
                  factor: 0.8

                """)
    }

    @Test func absentOptionalIsWritten() throws {
        let recipe: Recipe = try decoded("data: { set: mnist }")
        #expect(try yaml(of: recipe).hasSuffix("optimizers: []\nschedule: null\n"))
    }

    @Test func absentOptionalsOfBasicTypesAreWritten() throws {
        struct Optionals: Codable {
            var flag: Bool?
            var text: String?
            var number: Double?
            var count: Int?
            var seed: UInt64?
            var list: [Int]?
        }
        let expected = "flag: null\ntext: null\nnumber: null\ncount: null\nseed: null\nlist: null\n"
        #expect(try yaml(of: Optionals()) == expected)
        #expect(
            try yaml(of: Optionals(flag: true, count: 3)).hasPrefix("flag: true\ntext: null\nnumber: null\ncount: 3"))
    }

    @Test func listsAreInBracketsWhileTheyFit() throws {
        struct Lists: Codable, Equatable {
            var matrix = [[1.0, 2.5], [3, 4]]
            var long = Array(0..<40)
            var groups = [["a": 1], [:]]
            var empty: [Int] = []
            var deep = [[[1], []]]
        }
        let text = try yaml(of: Lists())
        let numbers = (0..<40).map { "  - \($0)\n" }.joined()
        #expect(
            text == """
                matrix:
                  - [1, 2.5]
                  - [3, 4]
                long:
                \(numbers)groups:
                  - a: 1
                  - {}
                empty: []
                deep:
                  -
                    - [1]
                    - []

                """)
        #expect(try decoded(text, as: Lists.self) == Lists())
    }

    @Test(arguments: [
        (0.001, "0.001"), (1, "1"), (-0.5, "-0.5"), (0.00001, "0.00001"), (1.5e-7, "0.00000015"), (1e-9, "1.0e-9"),
        (1e15, "1000000000000000"), (1e20, "1.0e+20"), (1.25e300, "1.25e+300"), (0.1 + 0.2, "0.30000000000000004"),
        (.infinity, ".inf"), (-.infinity, "-.inf"), (.nan, ".nan"), (-0.0, "-0"),
    ])
    func numbersAreShort(value: Double, expected: String) throws {
        #expect(try yaml(of: ["a": value]) == "a: \(expected)\n")
    }

    // python3 -c 'import yaml; print(yaml.safe_load("[abc, lenet++, 112x112, a/b.yaml, 3 o clock, Müller, it is]"))'
    // gives every entry as the str that it is written as.
    @Test(arguments: [
        "abc", "lenet++", "112x112", "a/b.yaml", "/data/mnist", "3 o clock", "Müller", "it is", "don't",
        "a: b".replacing(" ", with: ""),
    ])
    func plainTextsStayPlain(text: String) throws {
        #expect(try yaml(of: ["a": text]) == "a: \(text)\n")
    }

    // python3 -c 'import yaml; print(yaml.safe_load("[1, 1e3, 0x1F, 1_000, 1:30, 2024-01-01, .inf, yes, null, ~]"))'
    // gives none of these as a str, but for 1e3, which YAML 1.2 reads as a number.
    @Test(arguments: [
        "1", "1e3", "0x1F", "1_000", "1:30", "2024-01-01", ".inf", "yes", "No", "null", "~", "true", "", " a", "a ",
        "a: b", "a #b",
        "- a", "? a", "*a", "&a", "!a", "%a", "@a", "`a", "|", ">", "\"", "'", "[a", "{a", "#a", "a:", "a\nb", "---",
        "\u{200B}a", "a\u{301}: b",
    ])
    func otherTextsAreQuoted(text: String) throws {
        let written = try yaml(of: ["a": text])
        #expect(written.hasPrefix("a: \"") && written.hasSuffix("\"\n"))
        #expect(try decoded(written, as: [String: String].self) == ["a": text])
    }

    @Test func dictionariesAreSorted() throws {
        #expect(try yaml(of: ["b": 1, "a": 2, "c: d": 3]) == "a: 2\nb: 1\n\"c: d\": 3\n")
    }

    @Test func readingGivesWhatWasWritten() throws {
        for seed in 0..<600 {
            var generator = SeededGenerator(seed: UInt64(seed))
            let value = Anything.random(depth: 4, using: &generator)
            let text = try yaml(of: Wrapped(value: value))
            let back = try decoded(text, as: Wrapped<Anything>.self)
            #expect(back.value == value, "seed \(seed):\n\(text)")
            #expect(try yaml(of: back) == text)
        }
    }

    @Test func everyScalarOfUnicodeComesBack() throws {
        var generator = SeededGenerator(seed: 7)
        for _ in 0..<400 {
            let scalars = (0..<40).compactMap { _ in
                Unicode.Scalar(UInt32(generator.index(below: generator.index(below: 2) == 0 ? 0x300 : 0x110000)))
            }
            let text = String(String.UnicodeScalarView(scalars))
            let back = try decoded(try yaml(of: ["a": [text]]), as: [String: [String]].self)
            #expect(back["a"]?.first.map { Array($0.unicodeScalars) } == scalars)
        }
    }

    @Test func everyDoubleComesBack() throws {
        var generator = SeededGenerator(seed: 3)
        let doubles = (0..<3000).map { _ in Double(bitPattern: generator.next()) }.filter(\.isFinite)
        let floats = (0..<3000).map { _ in Float(bitPattern: UInt32(truncatingIfNeeded: generator.next())) }.filter(
            \.isFinite)
        #expect(try decoded(try yaml(of: ["a": doubles]), as: [String: [Double]].self)["a"] == doubles)
        #expect(try decoded(try yaml(of: ["a": floats]), as: [String: [Float]].self)["a"] == floats)
    }
}

/// A random value of any shape; its kind is written beside it, as settings do with `name`.
private indirect enum Anything: Codable, Equatable {
    case nothing
    case truth(Bool)
    case whole(Int)
    case number(Double)
    case text(String)
    case list([Anything])
    case group([String: Anything])

    static func random(depth: Int, using generator: inout SeededGenerator) -> Anything {
        switch generator.index(below: depth > 0 ? 7 : 5) {
        case 0: return .nothing
        case 1: return .truth(generator.index(below: 2) == 0)
        case 2: return .whole(Int(truncatingIfNeeded: generator.next() >> UInt64(generator.index(below: 64))))
        case 3: return .number(generator.normal() * Double(generator.index(below: 1000)))
        case 4: return .text(text(using: &generator))
        case 5:
            return .list((0..<generator.index(below: 5)).map { _ in random(depth: depth - 1, using: &generator) })
        default:
            var group: [String: Anything] = [:]
            for _ in 0..<generator.index(below: 4) {
                group[text(using: &generator)] = random(depth: depth - 1, using: &generator)
            }
            return .group(group)
        }
    }

    private static func text(using generator: inout SeededGenerator) -> String {
        let pieces = [
            "a", "B", "1", "0", ".", ":", " ", "#", "-", "\"", "'", "\\", "\n", "\t", ",", "[", "]", "{", "}", "é", "学",
            "👩‍🔬", "null", "true",
            "<<", "*", "&", "!", "%", "|", ">", "?", "=", "~", "e", "\r", "\u{85}", "\u{2028}", "\0", "_", "/",
        ]
        return (0..<generator.index(below: 6)).map { _ in pieces[generator.index(below: pieces.count)] }.joined()
    }
}
