import Foundation
import Terminal

/// Where the commands write: results on standard output, everything else on standard error.
enum Console {
    static func print(_ text: String) {
        TerminalOutput.standardOutput.write(text + "\n")
    }

    /// A line, broken between words where it is wider than a terminal usually is.
    static func paragraph(_ text: String) {
        print(wrapped(text, width: 80))
    }

    static func print(_ table: TextTable) {
        TerminalOutput.standardOutput.write(table.text(for: .standardOutput))
    }

    /// A share from 0 to 1 for a person; all digits are in the JSON.
    static func share(_ value: Double) -> String {
        String(format: "%.4f", value)
    }

    /// A value as JSON, with its keys sorted.
    static func print(json value: some Encodable) throws {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .prettyPrinted, .withoutEscapingSlashes]
        print(String(decoding: try encoder.encode(value), as: UTF8.self))
    }

    static func note(_ text: String) {
        TerminalOutput.standardError.write(text + "\n")
    }

    /// One line on what went wrong.
    static func fail(_ text: String, prefixed: Bool = true) {
        let style = TextStyle(for: .standardError)
        note(prefixed ? "\(style.red("error:")) \(text)" : text)
    }

    /// A number with what it counts: `1 epoch`, `20 epochs`.
    static func counted(_ count: Int, _ noun: String, plural: String? = nil) -> String {
        "\(formatCount(count)) \(count == 1 ? noun : plural ?? "\(noun)s")"
    }

    /// Words as a line that a shell reads back to them.
    static func command(_ words: [String]) -> String {
        words.map { word in
            word.wholeMatch(of: /[-A-Za-z0-9_.\/:=+,@%]+/) != nil
                ? word
                : "'" + word.unicodeScalars.reduce(into: "") { $0 += $1 == "'" ? #"'\''"# : String($1) } + "'"
        }.joined(separator: " ")
    }

    /// A table row: cells padded on the left to the widths given.
    static func row(_ cells: [String], widths: [Int]) -> String {
        zip(cells, widths).map { cell, width in
            String(repeating: " ", count: max(0, width - cell.count)) + cell
        }.joined(separator: "  ")
    }

    /// A line broken between words so that no part is wider than `width`.
    static func wrapped(_ text: String, width: Int) -> String {
        var lines = [""]
        for word in text.split(separator: " ") {
            let line = lines[lines.count - 1]
            if line.isEmpty {
                lines[lines.count - 1] = String(word)
            } else if line.count + 1 + word.count <= width {
                lines[lines.count - 1] += " \(word)"
            } else {
                lines.append(String(word))
            }
        }
        return lines.joined(separator: "\n")
    }
}
