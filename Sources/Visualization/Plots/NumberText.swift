import Foundation

/// Numbers as text, the same in every locale.
enum NumberText {
    /// With exactly `digits` after the point, and a true minus sign.
    static func fixed(_ value: Double, digits: Int) -> String {
        let text = String(format: "%.*f", digits, value)
        let isZero = text.allSatisfy { "-0.".contains($0) }
        return (isZero ? text.replacingOccurrences(of: "-", with: "") : text)
            .replacingOccurrences(of: "-", with: "\u{2212}")
    }

    /// With at most `digits` after the point, and no zeros at the end.
    static func shortest(_ value: Double, digits: Int) -> String {
        let text = fixed(value, digits: digits)
        guard text.contains(".") else { return text }
        let trimmed = text.reversed().drop { $0 == "0" }.drop { $0 == "." }
        return String(trimmed.reversed())
    }

    /// As `2.5e−5`, with at most `digits` after the point.
    static func scientific(_ value: Double, digits: Int) -> String {
        guard value != 0 else { return "0" }
        var exponent = Int(floor(log10(abs(value))))
        var mantissa = exponent < 0 ? value * pow(10, Double(-exponent)) : value / pow(10, Double(exponent))
        if abs(mantissa) >= 10 - 0.5 * pow(10, Double(-digits)) {
            mantissa /= 10
            exponent += 1
        }
        return shortest(mantissa, digits: digits) + "e" + fixed(Double(exponent), digits: 0)
    }

    /// A whole number in groups of three: `12,345`.
    static func grouped(_ value: Int) -> String {
        var text = String(value.magnitude)
        var groups: [String] = []
        while text.count > 3 {
            groups.insert(String(text.suffix(3)), at: 0)
            text.removeLast(3)
        }
        return (value < 0 ? "\u{2212}" : "") + ([text] + groups).joined(separator: ",")
    }
}
