import Foundation

/// Results in Markdown, with columns aligned so that a terminal shows them as well.
struct Table {
    private var rows: [[String]]

    init(_ header: [String]) { rows = [header] }

    mutating func append(_ row: [String]) { rows.append(row) }

    var markdown: String {
        let widths = rows[0].indices.map { column in rows.map { $0[column].count }.max() ?? 0 }
        func line(_ cells: [String]) -> String {
            let padded = zip(cells, widths).enumerated().map { index, cell in
                let space = String(repeating: " ", count: cell.1 - cell.0.count)
                return index == 0 ? cell.0 + space : space + cell.0
            }
            return "| " + padded.joined(separator: " | ") + " |\n"
        }
        let rule = widths.enumerated().map {
            String(repeating: "-", count: $1 - ($0 > 0 ? 1 : 0)) + ($0 > 0 ? ":" : "")
        }
        return line(rows[0]) + line(rule) + rows.dropFirst().map(line).joined()
    }
}

func median(_ values: [Double]) -> Double {
    let sorted = values.sorted()
    let middle = sorted.count / 2
    return sorted.count.isMultiple(of: 2) ? (sorted[middle - 1] + sorted[middle]) / 2 : sorted[middle]
}

/// The median over rounds, in which all forms met the same neighbours on the machine.
func medianOfRatios(_ values: [Double], _ others: [Double]) -> Double { median(zip(values, others).map(/)) }

func text(_ value: Double, digits: Int) -> String { String(format: "%.\(digits)f", locale: nil, value) }
