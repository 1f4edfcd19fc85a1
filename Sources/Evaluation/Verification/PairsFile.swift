import Files
import Foundation

/// A list of pairs of faces in the form of Labeled Faces in the Wild: `pairs.txt`, `pairsDevTrain.txt`, `pairsDevTest.txt`.
///
///     10  300
///     Abel_Pacheco  1  4
///     Abdel_Madi_Shabneh  1  Dean_Barkley  1
///
/// The first line has the number of folds and that of pairs of each kind in a fold, or the latter alone for one fold. Then
/// follow, fold by fold, the pairs of one person (name and two numbers) and of two (name and number, twice), with tabs or
/// spaces between. Huang et al., "Labeled Faces in the Wild", 2007.
public struct PairsFile: Sendable, Equatable {
    /// One photograph.
    public struct Image: Sendable, Hashable {
        /// Whose it is, such as `Abel_Pacheco`.
        public let name: String
        /// Its number, from 1.
        public let number: Int

        /// Its path below the folder of the set, such as `Abel_Pacheco/Abel_Pacheco_0004.jpg`.
        ///
        /// - Parameter fileExtension: the end of the file's name, without a dot.
        public func path(fileExtension: String = "jpg") -> String {
            let digits = String(number)
            let padding = String(repeating: "0", count: max(0, 4 - digits.count))
            return "\(name)/\(name)_\(padding)\(digits).\(fileExtension)"
        }
    }

    /// The number of folds, which have equally many pairs and follow each other.
    public let folds: Int

    /// All photographs of the list, each once, in the order in which they first occur.
    public let images: [Image]

    /// The pairs in the order of the file, as indices into ``images``.
    public let pairs: VerificationPairs

    /// Reads the file at `path`.
    ///
    /// - Parameter path: a text file.
    /// - Throws: `UserFacingError` that names the file and the line: a header or pair of another form, more or fewer pairs
    ///   than the header says in all or of a kind in a fold, a pair of an image with itself, or two names that are one.
    public init(_ path: String) throws {
        try self.init(text: InputFile.text(path), path: path)
    }

    /// The pairs of some folds alone, in the list's order, and their images.
    ///
    /// - Parameter chosen: the folds, from 1.
    /// - Returns: nil when one is not there, or none is chosen.
    public func keeping(folds chosen: Set<Int>) -> PairsFile? {
        guard !chosen.isEmpty, chosen.isSubset(of: Set(1...folds)) else { return nil }
        let size = pairs.count / folds
        let kept = pairs.isSame.indices.filter { chosen.contains($0 / size + 1) }
        var shown: [Image] = []
        var places: [Int: Int] = [:]
        func place(_ image: Int) -> Int {
            if let known = places[image] { return known }
            places[image] = shown.count
            shown.append(images[image])
            return shown.count - 1
        }
        var (first, second): ([Int], [Int]) = ([], [])
        for pair in kept {
            first.append(place(pairs.first[pair]))
            second.append(place(pairs.second[pair]))
        }
        return PairsFile(
            folds: chosen.count, images: shown,
            pairs: VerificationPairs(first: first, second: second, isSame: kept.map { pairs.isSame[$0] }))
    }

    private init(folds: Int, images: [Image], pairs: VerificationPairs) {
        self.folds = folds
        self.images = images
        self.pairs = pairs
    }

    init(text: String, path: String) throws {
        func refused(_ line: Int, _ problem: String, _ remedy: String) -> UserFacingError {
            UserFacingError(path, field: "line \(line)", problem: problem, remedy: remedy)
        }
        func number(_ token: Substring, _ line: Int, _ what: String) throws -> Int {
            guard let value = Int(token), value > 0 else {
                throw refused(line, "the \(what) is \"\(token)\"", "write a whole number from 1")
            }
            return value
        }
        let unmarked = text.hasPrefix("\u{FEFF}") ? text.dropFirst() : text[...]
        let rows = unmarked.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline).enumerated()
            .map { (line: $0 + 1, tokens: $1.split(whereSeparator: \.isWhitespace)) }
            .filter { !$0.tokens.isEmpty }
        guard let header = rows.first else {
            throw UserFacingError(path, problem: "is empty", remedy: "begin it with the number of folds and of pairs")
        }
        guard header.tokens.count <= 2 else {
            throw refused(
                header.line, "expected one or two numbers, got \(header.tokens.count) words",
                "begin with the number of folds and that of pairs of each kind in a fold, such as 10 300")
        }
        let folds = header.tokens.count == 2 ? try number(header.tokens[0], header.line, "number of folds") : 1
        let half = try number(header.tokens[header.tokens.count - 1], header.line, "number of pairs")
        let (perFold, isTooMany) = half.multipliedReportingOverflow(by: 2)
        let (total, isTooManyInAll) = perFold.multipliedReportingOverflow(by: folds)
        guard !isTooMany, !isTooManyInAll, total == rows.count - 1 else {
            throw UserFacingError(
                path, problem: "has \(rows.count - 1) pairs, its first line says \(folds) x 2 x \(half)",
                remedy: "get the whole file again")
        }

        var images: [Image] = []
        var places: [Image: Int] = [:]
        func place(_ name: Substring, _ token: Substring, _ line: Int) throws -> Int {
            let image = Image(name: String(name), number: try number(token, line, "number of the image"))
            if let known = places[image] { return known }
            places[image] = images.count
            images.append(image)
            return images.count - 1
        }
        var (first, second, isSame): ([Int], [Int], [Bool]) = ([], [], [])
        for (line, tokens) in rows.dropFirst() {
            guard tokens.count == 3 || tokens.count == 4 else {
                throw refused(
                    line, "expected 3 words for a pair of one person or 4 for two, got \(tokens.count)",
                    "write name number number, or name number name number")
            }
            guard tokens.count == 3 || tokens[0] != tokens[2] else {
                throw refused(line, "both names are \(tokens[0])", "write name number number for a pair of one person")
            }
            first.append(try place(tokens[0], tokens[1], line))
            second.append(try place(tokens.count == 3 ? tokens[0] : tokens[2], tokens[tokens.count - 1], line))
            isSame.append(tokens.count == 3)
            guard first.last != second.last else {
                throw refused(line, "pairs an image with itself", "name two images")
            }
        }
        for fold in 0..<folds {
            let same = isSame[fold * perFold..<(fold + 1) * perFold].count { $0 }
            guard same == half else {
                throw refused(
                    rows[1 + fold * perFold].line,
                    "of the \(perFold) pairs of fold \(fold + 1), which begins here, \(same) are of one person",
                    "keep the order of the original, in which \(half) are")
            }
        }
        self.folds = folds
        self.images = images
        pairs = VerificationPairs(first: first, second: second, isSame: isSame)
    }
}
