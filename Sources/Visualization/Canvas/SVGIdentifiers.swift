import Foundation

/// Makes the identifiers of an SVG depend on its contents only.
///
/// Cairo numbers surfaces and images by a counter of the whole process, so the same drawing would give different bytes
/// the second time.
enum SVGIdentifiers {
    /// What stands before and behind the number, as the value of an attribute.
    private static let forms = [
        ("surface", ""), ("image", ""), ("#surface", ""), ("#image", ""), ("url(#surface", ")"), ("url(#image", ")"),
    ]

    static func renumbered(_ svg: Data) -> Data {
        let quote = UInt8(ascii: "\"")
        var output = Data(capacity: svg.count)
        var numbers: [String: Int] = [:]
        svg.withUnsafeBytes { bytes in
            var isInside = false
            // Every second stretch between quotation marks is the value of an attribute.
            for stretch in bytes.split(separator: quote, omittingEmptySubsequences: false) {
                if isInside || !output.isEmpty { output.append(quote) }
                // Embedded pictures are long and hold no identifier.
                let value = isInside && stretch.count < 40 ? String(decoding: stretch, as: UTF8.self) : nil
                if let identifier = value.flatMap({ renumbered($0, &numbers) }) {
                    output.append(contentsOf: identifier.utf8)
                } else {
                    output.append(contentsOf: stretch)
                }
                isInside.toggle()
            }
        }
        return output
    }

    private static func renumbered(_ value: String, _ numbers: inout [String: Int]) -> String? {
        for (prefix, suffix) in forms where value.hasPrefix(prefix) && value.hasSuffix(suffix) {
            let digits = String(value.dropFirst(prefix.count).dropLast(suffix.count))
            guard !digits.isEmpty, digits.allSatisfy({ ("0"..."9").contains($0) }) else { continue }
            let number = numbers[digits, default: numbers.count]
            numbers[digits] = number
            return prefix + String(number) + suffix
        }
        return nil
    }
}
