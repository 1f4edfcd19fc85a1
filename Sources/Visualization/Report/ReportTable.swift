/// A table of words and numbers in a report, such as the metrics of several methods.
public struct ReportTable: Sendable, Equatable {
    /// The line above the table; empty for none.
    public let title: String
    /// What else is to be known, below the title; empty for none.
    public let note: String
    /// The names of the columns `[K]`; the first is what the rows are.
    public let columns: [String]
    /// The cells `[N, K]`; the first of a row is its name.
    public let rows: [[String]]

    /// Creates a table.
    ///
    /// - Precondition: each row has as many cells as there are columns.
    public init(title: String = "", note: String = "", columns: [String], rows: [[String]]) {
        let wrong = rows.first { $0.count != columns.count }
        precondition(
            wrong == nil, "ReportTable expected \(columns.count) cells in each row, got \(wrong?.count ?? 0)")
        self.title = title
        self.note = note
        self.columns = columns
        self.rows = rows
    }
}
