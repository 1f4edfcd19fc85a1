import Files
import Foundation
import Testing

/// What is written as a field of a CSV file reads back.
struct CSVFieldTests {
    /// A mark with an accent is one character to Swift and two to every reader.
    @Test(arguments: ["plain", "a,b", "\"quoted\"", "\"\u{301}a", "x\u{600}\"y", "two\nlines", ""])
    func whatIsWrittenReadsBack(text: String) throws {
        let table = try CSVTable(Data(CSVTable.line(["a", text]).utf8), path: "x.csv")
        #expect(table.rows.map { $0.fields.map { Array($0.unicodeScalars) } } == [[["a"], Array(text.unicodeScalars)]])
    }
}
