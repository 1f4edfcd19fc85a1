import Foundation

/// Lays an ``EncodedNode`` out as YAML.
struct YAMLText {
    private(set) var text = ""

    private static let lineLength = 100

    mutating func write(_ root: EncodedNode) {
        if let line = Self.line(root, width: Self.lineLength, inBrackets: false) {
            text += line + "\n"
        } else {
            writeBlock(root, indentation: 0)
        }
    }

    /// Writes the lines of a list or group, the first of which goes on where the text stands.
    private mutating func writeBlock(_ node: EncodedNode, indentation: Int) {
        let margin = String(repeating: " ", count: indentation)
        switch node.content {
        case .mapping(let entries):
            for (index, entry) in entries.enumerated() {
                let key = Self.quoted(entry.key, inBrackets: true)
                text += (index == 0 ? "" : margin) + key + ":"
                writeValue(entry.value, indentation: indentation, after: key.count + 1)
            }
        case .sequence(let elements):
            for (index, element) in elements.enumerated() {
                text += (index == 0 ? "" : margin) + "-"
                if case .mapping(let entries) = element.content, !entries.isEmpty {
                    text += " "
                    writeBlock(element, indentation: indentation + 2)
                } else {
                    writeValue(element, indentation: indentation, after: 1)
                }
            }
        case .nothing, .null, .literal, .text:
            preconditionFailure("writeBlock expected a list or group, got \(node.content)")
        }
    }

    /// Writes what follows `key:` or `-`, on the same line where it fits.
    private mutating func writeValue(_ node: EncodedNode, indentation: Int, after used: Int) {
        if let line = Self.line(node, width: Self.lineLength - indentation - used - 1, inBrackets: false) {
            text += " " + line + "\n"
        } else {
            text += "\n" + String(repeating: " ", count: indentation + 2)
            writeBlock(node, indentation: indentation + 2)
        }
    }

    /// The node on one line; nil for a group, and for a list that is too wide or holds other than single values.
    private static func line(_ node: EncodedNode, width: Int, inBrackets: Bool) -> String? {
        switch node.content {
        case .nothing, .null: return "null"
        case .literal(let literal): return literal
        case .text(let text): return quoted(text, inBrackets: inBrackets)
        case .mapping(let entries): return entries.isEmpty ? "{}" : nil
        case .sequence(let elements):
            guard !inBrackets || elements.isEmpty else { return nil }
            var items: [String] = []
            for element in elements {
                if case .mapping = element.content { return nil }
                guard let item = line(element, width: width, inBrackets: true) else { return nil }
                items.append(item)
            }
            let line = "[\(items.joined(separator: ", "))]"
            return line.count <= width || elements.isEmpty ? line : nil
        }
    }

    /// The shortest decimal number that reads back as `value`: `0.001`, `100`, `1.0e-9`, `.inf`.
    static func number<T: BinaryFloatingPoint & LosslessStringConvertible>(_ value: T) -> String {
        if value.isNaN { return ".nan" }
        if value.isInfinite { return value < 0 ? "-.inf" : ".inf" }
        let shortest = value.description
        guard let match = shortest.wholeMatch(of: /(-?)([0-9]+)(?:\.([0-9]+))?(?:e([-+]?[0-9]+))?/) else {
            return shortest
        }
        let fraction = match.3.map { $0 == "0" ? "" : String($0) } ?? ""
        guard let exponent = match.4.flatMap({ Int($0) }) else {
            return fraction.isEmpty ? "\(match.1)\(match.2)" : "\(match.1)\(match.2).\(fraction)"
        }
        if (-7 ... -1).contains(exponent) {
            let zeros = String(repeating: "0", count: -exponent - 1)
            return "\(match.1)0.\(zeros)\(match.2)\(fraction)"
        }
        // YAML 1.1 readers take a number with an exponent for text unless it has a point and a sign.
        return "\(match.1)\(match.2).\(fraction.isEmpty ? "0" : fraction)e\(exponent < 0 ? "" : "+")\(exponent)"
    }

    /// A value as it would be written, for messages.
    static func shown(_ value: Any) -> String {
        switch value {
        case let value as Double: number(value)
        case let value as Float: number(value)
        default: "\(value)".abbreviated
        }
    }

    /// `text` as a scalar, in quotation marks only when it would be read as something else without them.
    static func quoted(_ text: String, inBrackets: Bool) -> String {
        isPlain(text, inBrackets: inBrackets) ? text : "\"" + text.unicodeScalars.map(escaped).joined() + "\""
    }

    private static let reserved: Set<String> = ["null", "true", "false", "yes", "no", "on", "off", "y", "n"]

    /// Numbers, dates and times in any of YAML's versions.
    private static var numberLike: Regex<Substring> { /[-+.]?[0-9][-+0-9._:eE]*|[-+]?0[xXoObB][0-9a-fA-F_]+/ }

    private static func isPlain(_ text: String, inBrackets: Bool) -> Bool {
        let scalars = text.unicodeScalars
        guard let first = scalars.first, let last = scalars.last else { return false }
        let looksLikeNumber = text.wholeMatch(of: numberLike) != nil
        guard first.properties.isAlphabetic || first.properties.numericType != nil || first == "/" || first == "_",
            !looksLikeNumber, last != " ", last != ":", !reserved.contains(text.lowercased()),
            !zip(scalars, scalars.dropFirst()).contains(where: { $0 == (":", " ") || $0 == (" ", "#") })
        else { return false }
        return scalars.allSatisfy { scalar in
            let isPrintable = (0x20...0x7E).contains(scalar.value) || scalar.properties.isAlphabetic
            return isPrintable && !(inBrackets && ",[]{}:".unicodeScalars.contains(scalar))
        }
    }

    private static func escaped(_ scalar: Unicode.Scalar) -> String {
        switch scalar {
        case "\"": return "\\\""
        case "\\": return "\\\\"
        case "\n": return "\\n"
        case "\t": return "\\t"
        case "\r": return "\\r"
        default: break
        }
        switch scalar.properties.generalCategory {
        case .control, .format, .lineSeparator, .paragraphSeparator, .privateUse, .unassigned:
            let digits = String(scalar.value, radix: 16, uppercase: true)
            let isLong = scalar.value > 0xFFFF
            return (isLong ? "\\U" : "\\u") + String(repeating: "0", count: (isLong ? 8 : 4) - digits.count) + digits
        default:
            return String(scalar)
        }
    }
}
