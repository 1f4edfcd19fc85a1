/// A table in plain text: columns as wide as they need to be, numbers to the right, everything else to the left.
///
///     method   accuracy  images/s
///     -------  --------  --------
///     softmax    98.7 %     1,035
///     arcface    99.1 %       990
public struct TextTable: Sendable {
    private let header: [String]
    private var rows: [[String]] = []

    private static let gap = "  "
    private static let narrowestColumn = 8

    /// Creates a table with the names of its columns.
    public init(_ header: [String]) {
        self.header = header.map(\.onOneLine)
    }

    /// Appends a row.
    ///
    /// - Precondition: the row has as many cells as the header.
    public mutating func append(_ row: [String]) {
        precondition(
            row.count == header.count, "TextTable.append expected \(header.count) cells, got \(row.count): \(row)")
        rows.append(row.map(\.onOneLine))
    }

    /// The table as lines, each with a newline at its end.
    ///
    /// - Parameters:
    ///   - width: columns there are; the widest texts are cut until the table fits, but numbers never are. Nil for no limit,
    ///     as in files and pipes.
    ///   - style: how to show the header.
    public func text(width: Int? = nil, style: TextStyle = TextStyle(isEnabled: false)) -> String {
        let isNumeric = header.indices.map { column in isNumber(column) }
        let widths = fittedWidths(to: width, isNumeric)
        func line(_ cells: [String], _ styled: (String) -> String = { $0 }) -> String {
            let padded = cells.indices.map { column in
                cells[column].fitted(to: widths[column]).padded(to: widths[column], onTheLeft: isNumeric[column])
            }
            let line = padded.joined(separator: Self.gap)
            return styled(String(line.reversed().drop { $0 == " " }.reversed())) + "\n"
        }
        let rule = widths.map { String(repeating: "-", count: $0) }
        return line(header, style.bold) + line(rule, style.dim) + rows.map { line($0) }.joined()
    }

    /// The table as fits `output`: cut to the width of a terminal, whole elsewhere.
    public func text(for output: TerminalOutput) -> String {
        text(width: output.isTerminal ? output.width() : nil, style: TextStyle(for: output))
    }

    private func fittedWidths(to limit: Int?, _ isNumeric: [Bool]) -> [Int] {
        var widths = header.indices.map { column in
            rows.reduce(header[column].columns) { max($0, $1[column].columns) }
        }
        guard let limit else { return widths }
        let gaps = Self.gap.count * max(0, widths.count - 1)
        while widths.reduce(gaps, +) > limit {
            let texts = widths.indices.filter { !isNumeric[$0] && widths[$0] > Self.narrowestColumn }
            guard let widest = texts.max(by: { widths[$0] < widths[$1] }) else { break }
            widths[widest] -= 1
        }
        return widths
    }

    /// Whether every cell of the column that holds anything is a number, with or without a unit: `1,035`, `98.7 %`, `0.93±0.01*`.
    private func isNumber(_ column: Int) -> Bool {
        let cells = rows.map { $0[column] }.filter { !["", "-", "–", "—"].contains($0) }
        let number = /[-+−]?[0-9][0-9,]*(\.[0-9]+)?([eE][-+]?[0-9]+)?/
        return !cells.isEmpty
            && cells.allSatisfy { cell in
                guard let first = cell.prefixMatch(of: number) else { return ["nan", "inf", "-inf"].contains(cell) }
                let rest = cell[first.range.upperBound...]
                return rest.wholeMatch(of: /( ?± ?[0-9.,]+)?\*?( ?[a-zA-Z%°µ\/]{1,10})?/) != nil
            }
    }
}
