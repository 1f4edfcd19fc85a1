import Files
import Foundation

/// Where each record of a RecordIO file begins, as the text file beside it says: a key and an offset a line.
struct RecordIndex {
    /// The keys in ascending order.
    let keys: [Int]
    /// The byte at which the record of each key begins.
    let offsets: [Int]

    /// - Throws: `UserFacingError` that names `path` and the line: not two whole numbers from 0, or a key that stands there twice.
    init(contentsOf path: String) throws {
        func refused(_ line: Int, _ problem: String) -> UserFacingError {
            UserFacingError(path, field: "line \(line)", problem: problem, remedy: "get the file again")
        }
        var entries: [(key: Int, offset: Int, line: Int)] = []
        try WordLines(path).forEach { line in
            guard line.count == 2, let key = line.integer(0), let offset = line.integer(1), key >= 0, offset >= 0 else {
                throw refused(line.number, "is no key and offset, two whole numbers from 0")
            }
            entries.append((key, offset, line.number))
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
        while !range.isEmpty {
            let middle = (range.lowerBound + range.upperBound) / 2
            if keys[middle] == key { return offsets[middle] }
            range = keys[middle] < key ? middle + 1..<range.upperBound : range.lowerBound..<middle
        }
        return nil
    }
}
