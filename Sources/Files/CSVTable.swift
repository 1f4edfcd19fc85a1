public import Foundation

/// Comma-separated values of RFC 4180: quoted fields may hold commas, line breaks and doubled quotes.
///
/// Lines end in LF or CRLF; a byte order mark at the beginning and blank lines are passed over.
public struct CSVTable: Sendable {
    /// One row and the number, from 1, of the line on which it begins.
    public struct Row: Equatable, Sendable {
        /// The line, from 1.
        public let line: Int
        /// What stands between the commas, without quotes.
        public let fields: [String]
    }

    /// The rows in the order of the file, the header among them.
    public let rows: [Row]

    /// Parses `data`.
    ///
    /// - Parameters:
    ///   - data: what the file holds.
    ///   - path: what messages call it.
    /// - Throws: ``UserFacingError`` that names `path` and the line when a quote is not closed, or stands in an unquoted field or
    ///   after a quoted one, or the text is not UTF-8.
    public init(_ data: Data, path: String) throws {
        var rows: [Row] = []
        var fields: [String] = []
        var field: [UInt8] = []
        var wasQuoted = false
        var (line, rowLine, position) = (1, 1, 0)
        let bytes = [UInt8](data.starts(with: [0xEF, 0xBB, 0xBF]) ? data.dropFirst(3) : data)

        func refused(_ line: Int, _ problem: String, _ remedy: String) -> UserFacingError {
            UserFacingError(path, field: "line \(line)", problem: problem, remedy: remedy)
        }
        func endField() throws {
            guard let text = String(validating: field, as: UTF8.self) else {
                throw refused(line, "is not UTF-8 text", "save the file as UTF-8")
            }
            fields.append(text)
            field.removeAll(keepingCapacity: true)
            wasQuoted = false
        }
        func endRow() throws {
            if fields.isEmpty && field.isEmpty && !wasQuoted { return }
            try endField()
            rows.append(Row(line: rowLine, fields: fields))
            fields.removeAll(keepingCapacity: true)
        }

        while position < bytes.count {
            let byte = bytes[position]
            position += 1
            switch byte {
            case UInt8(ascii: "\""):
                guard field.isEmpty && !wasQuoted else {
                    throw refused(
                        line, "a quote stands within a field", "quote the whole field, and double the quotes in it")
                }
                wasQuoted = true
                let opened = line
                while true {
                    guard position < bytes.count else {
                        throw refused(opened, "a quote is not closed", "close it, and double the quotes in the field")
                    }
                    let quoted = bytes[position]
                    position += 1
                    if quoted == UInt8(ascii: "\"") {
                        guard position < bytes.count, bytes[position] == quoted else { break }
                        position += 1
                    } else if quoted == UInt8(ascii: "\n") {
                        line += 1
                    }
                    field.append(quoted)
                }
            case UInt8(ascii: ","):
                try endField()
            case UInt8(ascii: "\r") where position < bytes.count && bytes[position] == UInt8(ascii: "\n"):
                continue
            case UInt8(ascii: "\n"):
                try endRow()
                line += 1
                rowLine = line
            default:
                guard !wasQuoted else {
                    throw refused(line, "text follows a quoted field", "quote the whole field")
                }
                field.append(byte)
            }
        }
        try endRow()
        self.rows = rows
    }

    /// A line of texts, each as ``field(_:)`` writes it, with its end.
    ///
    /// - Parameter texts: any texts.
    public static func line(_ texts: [String]) -> String {
        texts.map(field).joined(separator: ",") + "\n"
    }

    /// A text as a field: in quotes where it would not be read back otherwise.
    ///
    /// - Parameter text: any text.
    public static func field(_ text: String) -> String {
        let special = ",\"\r\n".unicodeScalars
        guard text.unicodeScalars.contains(where: { special.contains($0) }) else { return text }
        // By scalars: a quotation mark with an accent is another character, and a reader sees its mark alone.
        return "\"\(String(String.UnicodeScalarView(text.unicodeScalars.flatMap { $0 == "\"" ? [$0, $0] : [$0] })))\""
    }
}
