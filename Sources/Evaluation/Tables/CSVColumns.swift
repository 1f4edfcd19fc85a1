import Files

/// A CSV file whose first line names the columns.
struct CSVColumns {
    let header: [String]
    let rows: [CSVTable.Row]
    private let path: String

    /// - Throws: `UserFacingError` that names the line: no header, a column that is named twice, or rows of another length.
    init(contentsOf path: String) throws {
        let table = try CSVTable(InputFile.map(path), path: path)
        guard let first = table.rows.first else {
            throw UserFacingError(path, problem: "is empty", remedy: "name the columns in the first line")
        }
        if let twice = first.fields.first(where: { name in first.fields.count { $0 == name } > 1 }) {
            throw UserFacingError(
                path, field: "line \(first.line)", problem: "the column \(twice) stands there twice",
                remedy: "remove one of them")
        }
        for row in table.rows where row.fields.count != first.fields.count {
            throw UserFacingError(
                path, field: "line \(row.line)",
                problem: "expected \(first.fields.count) fields as in the first line, got \(row.fields.count)",
                remedy: "quote fields that hold a comma")
        }
        self.path = path
        header = first.fields
        rows = Array(table.rows.dropFirst())
    }

    /// The column `name`, in which fields may be blank; nil where there is none.
    func fields(named name: String) -> [String]? {
        header.firstIndex(of: name).map { column in rows.map { $0.fields[column] } }
    }

    /// The column that has one of `names`; nil where there is none.
    ///
    /// - Throws: `UserFacingError` that names the first line in which it is blank.
    func texts(named names: [String]) throws -> [String]? {
        guard let column = header.firstIndex(where: names.contains) else { return nil }
        return try rows.map { row in
            guard !row.fields[column].allSatisfy(\.isWhitespace) else {
                throw UserFacingError(
                    path, field: "line \(row.line)", problem: "the \(header[column]) is blank", remedy: "write it")
            }
            return row.fields[column]
        }
    }
}
