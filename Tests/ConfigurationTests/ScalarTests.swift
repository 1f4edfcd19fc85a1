import Testing

@testable import Configuration

@Suite struct ScalarTests {
    @Test(arguments: [
        ("3", 3), ("-3", -3), ("+3", 3), ("0", 0), ("1e3", 1000), ("3.0", 3), ("60_000", 60_000), ("0xFF", 255),
        ("-0x10", -16),
        ("9223372036854775807", .max), ("-9223372036854775808", .min), ("2.5e1", 25),
    ])
    func wholeNumbers(text: String, expected: Int) throws {
        #expect(try decoded("value: \(text)", as: Wrapped<Int>.self).value == expected)
    }

    @Test(arguments: [
        ("3.5", "is 3.5, expected a whole number; write it without a fraction or exponent"),
        (
            "9007199254740993.0",
            "is 9007199254740993.0, expected a whole number; write it without a fraction or exponent"
        ),
        ("1e400", "is 1e400, expected a whole number; write it without a fraction or exponent"),
        ("010", "is 010, which some programs read as octal; remove the leading zeros"),
        ("\"5\"", "is the text \"5\", expected a whole number; remove the quotation marks"),
        ("five", "is five, expected a whole number; write one, such as 5"),
        ("1:30", "is 1:30, expected a whole number; write one, such as 5"),
        (".nan", "is .nan, expected a whole number; write one, such as 5"),
        ("[5]", "is a list, expected a whole number; write one, such as 5"),
        (
            "9223372036854775808",
            "is 9223372036854775808, expected a whole number from -9223372036854775808 to 9223372036854775807; "
                + "give a number in that range"
        ),
    ])
    func noWholeNumbers(text: String, expected: String) {
        #expect(message("value: \(text)", as: Wrapped<Int>.self) == "recipe.yaml: value: \(expected)")
    }

    @Test func smallIntegersHaveTheirRange() throws {
        #expect(try decoded("value: 255", as: Wrapped<UInt8>.self).value == 255)
        #expect(message("value: 256", as: Wrapped<UInt8>.self).contains("from 0 to 255"))
        #expect(message("value: 2.56e2", as: Wrapped<UInt8>.self).contains("from 0 to 255"))
        #expect(message("value: -1", as: Wrapped<UInt64>.self).contains("from 0 to 18446744073709551615"))
    }

    @Test(arguments: [
        ("1", 1), ("1e-3", 0.001), ("-0.5", -0.5), (".5", 0.5), ("5.", 5), ("1E+2", 100), ("1_000.5", 1000.5),
        ("2.2250738585072014e-308", .leastNormalMagnitude),
    ])
    func numbers(text: String, expected: Double) throws {
        #expect(try decoded("value: \(text)", as: Wrapped<Double>.self).value == expected)
    }

    @Test(arguments: [
        (".inf", "is .inf, expected a finite number; give one"), ("nan", "is nan, expected a finite number; give one"),
        ("-.INF", "is -.INF, expected a finite number; give one"),
        ("1e400", "is 1e400, which is too large for a Double; give a smaller number"),
        ("0x1p3", "is 0x1p3, expected a number; write one, such as 0.1"),
        ("1,5", "is 1,5, expected a number; write one, such as 0.1"),
        ("true", "is true, expected a number; write one, such as 0.1"),
        ("'1'", "is the text \"1\", expected a number; remove the quotation marks"),
    ])
    func noNumbers(text: String, expected: String) {
        #expect(message("value: \(text)", as: Wrapped<Double>.self) == "recipe.yaml: value: \(expected)")
    }

    @Test func infinitiesAreThereForTheAsking() throws {
        struct Extended: Decodable {
            enum CodingKeys: CodingKey { case value }
            let value: Double

            init(from decoder: any Decoder) throws {
                value = try decoder.container(keyedBy: CodingKeys.self).extended(.value, default: 1)
            }
        }
        #expect(try decoded("value: .inf", as: Extended.self).value == .infinity)
        #expect(try decoded("value: -.inf", as: Extended.self).value == -.infinity)
        #expect(try decoded("value: .nan", as: Extended.self).value.isNaN)
        #expect(try decoded("value: 2.5", as: Extended.self).value == 2.5)
        #expect(message("value: 1e400", as: Extended.self).contains("too large"))
    }

    @Test func floatsHaveTheirRange() throws {
        #expect(try decoded("value: 0.1", as: Wrapped<Float>.self).value == 0.1)
        #expect(message("value: 1e39", as: Wrapped<Float>.self).contains("too large for a Float"))
    }

    @Test func truth() throws {
        #expect(try decoded("value: true", as: Wrapped<Bool>.self).value)
        #expect(try decoded("value: false", as: Wrapped<Bool>.self).value == false)
    }

    @Test(arguments: [
        ("yes", "write true"), ("True", "write true"), ("on", "write true"), ("1", "write true"), ("No", "write false"),
        ("off", "write false"), ("0", "write false"), ("maybe", "write true or false"),
    ])
    func noTruth(text: String, remedy: String) {
        #expect(
            message("value: \(text)", as: Wrapped<Bool>.self)
                == "recipe.yaml: value: is \(text), expected true or false; \(remedy)")
    }

    @Test(arguments: [
        ("abc", "abc"), ("123", "123"), ("\"123\"", "123"), ("''", ""), ("true", "true"), ("1e3", "1e3"),
        ("lenet++", "lenet++"),
        ("\"null\"", "null"), ("!!str null", "null"), ("a: b".debugDescription, "a: b"),
        ("|\n  two\n  lines\n", "two\nlines\n"),
    ])
    func texts(text: String, expected: String) throws {
        #expect(try decoded("value: \(text)", as: Wrapped<String>.self).value == expected)
    }

    @Test(arguments: ["", "~", "null"])
    func nothingIsNoText(text: String) {
        #expect(
            message("value: \(text)", as: Wrapped<String>.self)
                == "recipe.yaml: value: is empty, expected text; write some; \"\" is an empty text")
    }

    @Test func nothingIsAnOptionalsNil() throws {
        #expect(try decoded("value: ~", as: Wrapped<Int?>.self).value == nil)
        #expect(try decoded("value: [1, null]", as: Wrapped<[Int?]>.self).value == [1, nil])
    }
}
