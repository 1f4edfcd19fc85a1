import Foundation

/// The lines of a text file as words, read where they lie, so that millions of lines cost no strings.
public struct WordLines {
    /// The words of one line.
    public struct Line {
        /// The line, from 1.
        public let number: Int
        fileprivate let bytes: UnsafeRawBufferPointer
        fileprivate let words: [Range<Int>]

        /// How many words there are.
        public var count: Int { words.count }

        /// A word as a text; bytes that are not UTF-8 are replaced.
        public subscript(index: Int) -> String { String(decoding: bytes[words[index]], as: UTF8.self) }

        /// A word as a whole number of at most 18 digits; nil when it is none.
        public func integer(_ index: Int) -> Int? {
            var word = bytes[words[index]]
            let isNegative = word.first == UInt8(ascii: "-")
            if isNegative { word = word.dropFirst() }
            guard (1...18).contains(word.count) else { return nil }
            var value = 0
            for byte in word {
                guard (48...57).contains(byte) else { return nil }
                value = 10 * value + Int(byte) - 48
            }
            return isNegative ? -value : value
        }

        /// A word as a finite number; nil when it is none.
        public func number(_ index: Int) -> Double? { Double(self[index]).flatMap { $0.isFinite ? $0 : nil } }
    }

    private let data: Data

    /// Maps the file at `path`.
    ///
    /// - Throws: ``UserFacingError`` that names `path` when it is missing, a folder or unreadable.
    public init(_ path: String) throws {
        data = try InputFile.map(path)
    }

    /// Calls `body` with each line that has a word: what stands between spaces, tabs and the line's end.
    public func forEach(_ body: (Line) throws -> Void) rethrows {
        try data.withUnsafeBytes { (bytes: UnsafeRawBufferPointer) in
            var (number, position) = (1, 0)
            var words: [Range<Int>] = []
            while position < bytes.count {
                words.removeAll(keepingCapacity: true)
                while position < bytes.count, bytes[position] != 10 {
                    let begin = position
                    while position < bytes.count, !Self.isBlank(bytes[position]) { position += 1 }
                    if position > begin { words.append(begin..<position) }
                    while position < bytes.count, bytes[position] != 10, Self.isBlank(bytes[position]) { position += 1 }
                }
                if !words.isEmpty { try body(Line(number: number, bytes: bytes, words: words)) }
                position += 1
                number += 1
            }
        }
    }

    private static func isBlank(_ byte: UInt8) -> Bool { byte == 32 || (9...13).contains(byte) }
}
