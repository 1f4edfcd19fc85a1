import Foundation

/// A type that one scalar of a settings file gives, by stricter rules than YAML's own.
protocol ScalarSetting {
    static func read(_ node: Node) throws -> Self
}

extension Node {
    /// The unquoted text of a scalar; `expected` says what for.
    fileprivate func plainText(expected: String, example: String) throws -> String {
        switch content {
        case .scalar where isNull:
            throw InvalidSetting(problem: "is empty, expected \(expected)", remedy: "write one, such as \(example)")
        case .scalar(let text, true):
            return text
        case .scalar(_, false):
            throw InvalidSetting(problem: "is \(described), expected \(expected)", remedy: "remove the quotation marks")
        default:
            throw InvalidSetting(
                problem: "is \(described), expected \(expected)", remedy: "write one, such as \(example)")
        }
    }
}

extension Bool: ScalarSetting {
    static func read(_ node: Node) throws -> Bool {
        let text = try node.plainText(expected: "true or false", example: "true")
        switch text {
        case "true": return true
        case "false": return false
        default:
            let meant =
                switch text.lowercased() {
                case "true", "yes", "on", "y", "1": "write true"
                case "false", "no", "off", "n", "0": "write false"
                default: "write true or false"
                }
            throw InvalidSetting(problem: "is \(text.abbreviated), expected true or false", remedy: meant)
        }
    }
}

extension String: ScalarSetting {
    static func read(_ node: Node) throws -> String {
        guard case .scalar(let text, _) = node.content, !node.isNull else {
            throw InvalidSetting(
                problem: "is \(node.described), expected text",
                remedy: node.isNull ? "write some; \"\" is an empty text" : "write it on one line, quoted if need be")
        }
        return text
    }
}

/// The text of a decimal number with the underscores between digits taken out; nil when it is none.
private func decimalNumber(_ text: String) -> String? {
    let pattern = /[-+]?(?:[0-9][0-9_]*\.?[0-9]*|\.[0-9]+)(?:[eE][-+]?[0-9]+)?/
    return text.wholeMatch(of: pattern).map { _ in text.replacing("_", with: "") }
}

extension FixedWidthInteger where Self: ScalarSetting {
    static func read(_ node: Node) throws -> Self {
        let text = try node.plainText(expected: "a whole number", example: "5")
        if let match = text.wholeMatch(of: /([-+]?)0x([0-9a-fA-F]+)/) {
            guard let value = Self("\(match.1)\(match.2)", radix: 16) else { throw outOfRange(text) }
            return value
        }
        guard let number = decimalNumber(text) else {
            throw InvalidSetting(
                problem: "is \(text.abbreviated), expected a whole number", remedy: "write one, such as 5")
        }
        guard number.wholeMatch(of: /[-+]?0[0-9]+/) == nil else {
            throw InvalidSetting(
                problem: "is \(text.abbreviated), which some programs read as octal", remedy: "remove the leading zeros"
            )
        }
        if number.wholeMatch(of: /[-+]?[0-9]+/) != nil {
            guard let value = Self(number) else { throw outOfRange(text) }
            return value
        }
        // From 2^53 on a Double may be a neighbour of the number that was written.
        guard let real = Double(number), real == real.rounded(), abs(real) < 0x1p53 else {
            throw InvalidSetting(
                problem: "is \(text.abbreviated), expected a whole number",
                remedy: "write it without a fraction or exponent")
        }
        guard let value = Self(exactly: real) else { throw outOfRange(text) }
        return value
    }

    private static func outOfRange(_ text: String) -> InvalidSetting {
        InvalidSetting(
            problem: "is \(text.abbreviated), expected a whole number from \(Self.min) to \(Self.max)",
            remedy: "give a number in that range")
    }
}

extension Int: ScalarSetting {}
extension Int8: ScalarSetting {}
extension Int16: ScalarSetting {}
extension Int32: ScalarSetting {}
extension Int64: ScalarSetting {}
extension UInt: ScalarSetting {}
extension UInt8: ScalarSetting {}
extension UInt16: ScalarSetting {}
extension UInt32: ScalarSetting {}
extension UInt64: ScalarSetting {}

extension BinaryFloatingPoint where Self: LosslessStringConvertible {
    fileprivate static func finite(_ node: Node) throws -> Self {
        let value = try any(node)
        guard value.isFinite else {
            throw InvalidSetting(problem: "is \(node.described), expected a finite number", remedy: "give one")
        }
        return value
    }

    fileprivate static func any(_ node: Node) throws -> Self {
        let text = try node.plainText(expected: "a number", example: "0.1")
        switch text.lowercased() {
        case ".inf", "+.inf", "inf", "+inf", "infinity": return .infinity
        case "-.inf", "-inf", "-infinity": return -.infinity
        case ".nan", "nan": return .nan
        default: break
        }
        guard let number = decimalNumber(text), let value = Self(number) else {
            throw InvalidSetting(problem: "is \(text.abbreviated), expected a number", remedy: "write one, such as 0.1")
        }
        guard value.isFinite else {
            throw InvalidSetting(
                problem: "is \(text.abbreviated), which is too large for a \(Self.self)",
                remedy: "give a smaller number")
        }
        return value
    }
}

extension Float: ScalarSetting {
    static func read(_ node: Node) throws -> Float { try finite(node) }
}

extension Double: ScalarSetting {
    static func read(_ node: Node) throws -> Double { try finite(node) }
}

/// A number that may be infinite or not a number: what ``Swift/KeyedDecodingContainer/extended(_:default:)`` decodes.
struct ExtendedNumber: ScalarSetting, Decodable {
    let value: Double

    init(value: Double) {
        self.value = value
    }

    init(from decoder: any Decoder) throws {
        value = try decoder.singleValueContainer().decode(Double.self)
    }

    static func read(_ node: Node) throws -> ExtendedNumber { ExtendedNumber(value: try Double.any(node)) }
}
