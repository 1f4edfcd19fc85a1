import Foundation

/// Numbers by epoch: named columns and one row for each epoch.
public struct MetricsTable: Sendable, Equatable {
    /// The names of the columns `[K]`; the first is what the rows count, such as `epoch`.
    public let columns: [String]
    /// The values `[N, K]`; one that is not finite is shown as a dash.
    public let rows: [[Double]]

    /// Creates a table.
    ///
    /// - Precondition: each row has as many values as there are columns.
    public init(columns: [String], rows: [[Double]]) {
        let wrong = rows.first { $0.count != columns.count }
        precondition(
            wrong == nil, "MetricsTable expected \(columns.count) values in each row, got \(wrong?.count ?? 0)")
        self.columns = columns
        self.rows = rows
    }

    /// The values as text: each column has one number of digits after the point, so that they line up.
    var texts: [[String]] {
        let digits = columns.indices.map { column in Self.digits(for: rows.map { $0[column] }.filter(\.isFinite)) }
        return rows.map { row in
            zip(row, digits).map { value, digits in
                guard value.isFinite else { return "–" }
                guard let digits else { return NumberText.scientific(value, digits: 3) }
                return NumberText.fixed(value, digits: digits)
            }
        }
    }

    /// None where whole numbers are all there is; else enough for four digits of the largest value and, as of a falling learning
    /// rate, three of the smallest but 0. Nil asks for powers of ten.
    private static func digits(for values: [Double]) -> Int? {
        let largest = values.map { abs($0) }.max() ?? 0
        if largest >= 1e9 || (largest > 0 && largest < 1e-3) { return nil }
        if values.allSatisfy({ $0.rounded() == $0 }) { return 0 }
        let least = values.map { abs($0) }.filter { $0 > 0 }.min() ?? 1
        // Beside large values small ones are 0 for all that can be seen.
        if largest <= 1 && least < 1e-5 { return nil }
        if largest <= 1 && least < 0.1 { return max(4, 2 - Int(log10(least).rounded(.down))) }
        return largest >= 1000 ? 1 : largest >= 100 ? 2 : largest >= 10 ? 3 : 4
    }
}
