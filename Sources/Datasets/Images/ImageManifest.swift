import Files
import Foundation

/// Image files listed in a CSV file of RFC 4180, with the columns `path` and `label` and, where wanted, `split` and `group`.
///
///     path,label,split
///     photographs/1.jpg,robin,train
///     "photographs/2, cut.jpg",wren,test
///
/// Paths are relative to the CSV file's folder, or absolute. Labels are the classes' names, sorted by Unicode scalars and
/// numbered from 0. The split is `train`, or one of `test`, `val`, `valid` and `validation`; without the column all is `train`. Further
/// columns are passed over.
public struct ImageManifest: Sendable {
    /// The CSV file.
    public let path: String

    private static let trainSplit = "train"
    private static let testSplits = ["test", "val", "valid", "validation"]

    /// Names a CSV file; ``load()`` reads it.
    public init(_ path: String) {
        self.path = path
    }

    /// Reads the list and sees that each file is there; no image is opened.
    ///
    /// Both parts have the class numbers of the whole list where the test part has no class of its own; otherwise, as in the
    /// sets whose test classes are unseen in training, each numbers its own.
    ///
    /// - Throws: `UserFacingError` that names the CSV file and the line: a missing column, a row of another width, a blank
    ///   path or label, an unknown or third split, a path that is not there or stands there twice, or nothing to train on.
    public func load() throws -> ImageFileSplits {
        let table = try CSVTable(InputFile.map(path), path: path)
        guard let header = table.rows.first else {
            throw UserFacingError(
                path, problem: "is empty", remedy: "begin it with the line path,label and a line for each image")
        }
        let columns = try Columns(header, path: path)
        let entries = try read(table.rows.dropFirst(), columns)
        let train = entries.filter { !$0.isTest }
        let test = entries.filter(\.isTest)
        guard !train.isEmpty else {
            throw UserFacingError(
                path, field: "split", problem: "no image is listed for \(Self.trainSplit)",
                remedy: "list images to train on")
        }
        let trainNames = Self.classNames(of: train)
        let testNames = Self.classNames(of: test)
        let shared = Set(trainNames).isSuperset(of: testNames) ? trainNames : nil
        guard !test.isEmpty else { return ImageFileSplits(train: dataset(train, trainNames, part: ""), test: nil) }
        return ImageFileSplits(
            train: dataset(train, trainNames, part: "/train"), test: dataset(test, shared ?? testNames, part: "/test"))
    }

    private struct Entry {
        let path: String
        let className: String
        let group: String?
        let isTest: Bool
    }

    private struct Columns {
        let count: Int
        let path: Int
        let label: Int
        let split: Int?
        let group: Int?

        init(_ header: CSVTable.Row, path file: String) throws {
            func index(_ name: String) throws -> Int? {
                let found = header.fields.indices.filter { header.fields[$0] == name }
                guard found.count <= 1 else {
                    throw UserFacingError(
                        file, field: "line \(header.line)", problem: "the column \(name) stands there twice",
                        remedy: "remove one of them")
                }
                return found.first
            }
            func required(_ name: String) throws -> Int {
                guard let found = try index(name) else {
                    throw UserFacingError(
                        file, field: "line \(header.line)",
                        problem: "lacks the column \(name), it has \(header.fields.joined(separator: ", "))",
                        remedy: "name the columns in the first line: path,label and, where wanted, split,group")
                }
                return found
            }
            count = header.fields.count
            path = try required("path")
            label = try required("label")
            split = try index("split")
            group = try index("group")
        }
    }

    private func read(_ rows: some Sequence<CSVTable.Row>, _ columns: Columns) throws -> [Entry] {
        let folder = URL(fileURLWithPath: path).deletingLastPathComponent()
        var lines: [String: Int] = [:]
        var testSplit: String?
        return try rows.map { row in
            func refused(_ problem: String, _ remedy: String) -> UserFacingError {
                UserFacingError(path, field: "line \(row.line)", problem: problem, remedy: remedy)
            }
            guard row.fields.count == columns.count else {
                throw refused(
                    "expected \(columns.count) fields as in the first line, got \(row.fields.count)",
                    "quote fields that hold a comma")
            }
            let (written, label) = (row.fields[columns.path], row.fields[columns.label])
            guard !written.isEmpty else { throw refused("the path is blank", "name the image's file") }
            guard !label.allSatisfy(\.isWhitespace) else {
                throw refused("the label is blank", "name the image's class")
            }
            let split = columns.split.map { row.fields[$0] } ?? Self.trainSplit
            guard split == Self.trainSplit || Self.testSplits.contains(split) else {
                throw refused(
                    "the split is \"\(split)\"",
                    "write \(([Self.trainSplit] + Self.testSplits).joined(separator: ", "))")
            }
            let file = URL(fileURLWithPath: written, relativeTo: folder).standardizedFileURL.path
            if let earlier = lines.updateValue(row.line, forKey: file) {
                throw refused("\(written) stands on line \(earlier) too", "list each image once")
            }
            var isFolder: ObjCBool = false
            guard FileManager.default.fileExists(atPath: file, isDirectory: &isFolder), !isFolder.boolValue else {
                throw refused(
                    "\(written) \(isFolder.boolValue ? "is a folder" : "does not exist")",
                    "paths are relative to the folder of the CSV file")
            }
            if split != Self.trainSplit, let other = testSplit, other != split {
                throw refused(
                    "the split is \(split), and \(other) before",
                    "list one split to measure on beside \(Self.trainSplit)")
            }
            if split != Self.trainSplit { testSplit = split }
            let group = columns.group.map { row.fields[$0] }.flatMap { $0.isEmpty ? nil : $0 }
            return Entry(path: file, className: label, group: group, isTest: split != Self.trainSplit)
        }
    }

    private static func classNames(of entries: [Entry]) -> [String] {
        Set(entries.map(\.className)).sorted { $0.unicodeScalars.lexicographicallyPrecedes($1.unicodeScalars) }
    }

    private func dataset(_ entries: [Entry], _ classNames: [String], part: String) -> ImageFileDataset {
        let labels = Dictionary(uniqueKeysWithValues: classNames.enumerated().map { ($1, Int64($0)) })
        let url = URL(fileURLWithPath: path)
        return ImageFileDataset(
            name: url.deletingPathExtension().lastPathComponent + part,
            samples: entries.map { ImageSample(path: $0.path, label: labels[$0.className] ?? 0, group: $0.group) },
            classNames: classNames, root: url.deletingLastPathComponent().path)
    }
}
