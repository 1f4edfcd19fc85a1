import Files
import Foundation

/// Where each record of a RecordIO file begins, as the text file beside it says: a key and an offset a line.
struct RecordIndex {
    /// The keys in ascending order.
    let keys: [Int]
    /// The byte at which the record of each key begins.
    let offsets: [Int]

    /// - Throws: `UserFacingError` that names `path` and the line: not two whole numbers, or a key that stands there twice.
    init(contentsOf path: String) throws {
        var entries: [(key: Int, offset: Int, line: Int)] = []
        var (line, position) = (1, 0)
        let data = try InputFile.map(path)
        func refused(_ line: Int, _ problem: String) -> UserFacingError {
            UserFacingError(path, field: "line \(line)", problem: problem, remedy: "get the file again")
        }
        try data.withUnsafeBytes { (bytes: UnsafeRawBufferPointer) in
            /// A whole number of at most 18 digits; nil where there is none.
            func number() -> Int? {
                let begin = position
                var value = 0
                while position < bytes.count, (48...57).contains(bytes[position]), position - begin < 18 {
                    value = 10 * value + Int(bytes[position]) - 48
                    position += 1
                }
                return position > begin ? value : nil
            }
            while position < bytes.count {
                guard let key = number(), position < bytes.count, bytes[position] == 9 || bytes[position] == 32 else {
                    throw refused(line, "does not begin with a key and a tab")
                }
                position += 1
                guard let offset = number() else { throw refused(line, "has no offset") }
                if position < bytes.count, bytes[position] == 13 { position += 1 }
                guard position == bytes.count || bytes[position] == 10 else {
                    throw refused(line, "goes on after the offset")
                }
                position += 1
                entries.append((key, offset, line))
                line += 1
            }
        }
        guard !entries.isEmpty else {
            throw UserFacingError(path, problem: "lists no record", remedy: "get the file again")
        }
        entries.sort { ($0.key, $0.line) < ($1.key, $1.line) }
        for (entry, next) in zip(entries, entries.dropFirst()) where entry.key == next.key {
            throw refused(next.line, "the key \(next.key) stands on line \(entry.line) too")
        }
        keys = entries.map(\.key)
        offsets = entries.map(\.offset)
    }

    /// The offset of the record of `key`; nil where there is none.
    func offset(of key: Int) -> Int? {
        var range = keys.indices
        while let middle = range.isEmpty ? nil : (range.lowerBound + range.upperBound) / 2 as Int? {
            if keys[middle] == key { return offsets[middle] }
            range = keys[middle] < key ? middle + 1..<range.upperBound : range.lowerBound..<middle
        }
        return nil
    }
}
