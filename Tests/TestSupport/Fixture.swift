import Files
import Foundation
public import Torch

/// Inputs and expected results of one subject, made outside of Swift by `Tools/reference`.
public struct Fixture: Sendable {
    /// One case of a fixture: its settings, and the tensors named `case.tensor` in the file.
    public struct Case: Sendable, CustomStringConvertible {
        /// The name, unique within the fixture.
        public let name: String
        /// How the case was made.
        public let settings: Setting
        private let file: SafetensorsFile

        init(settings: Setting, file: SafetensorsFile) throws {
            guard let name = settings["name"]?.text else {
                throw UserFacingError(file.path, problem: "a case has no name", remedy: "make the fixtures again")
            }
            self.name = name
            self.settings = settings
            self.file = file
        }

        /// The name, which test reports show.
        public var description: String { name }

        /// Whether the case has a tensor called `key`.
        public func has(_ key: String) -> Bool { file.entries["\(name).\(key)"] != nil }

        /// The tensor called `key`, in its own type or converted.
        ///
        /// - Throws: `UserFacingError` when the case has no such tensor.
        public func tensor(_ key: String, as dtype: DType? = nil) throws -> Tensor {
            let tensor = try file.tensor("\(name).\(key)")
            return dtype.map { tensor.to($0) } ?? tensor
        }

        /// The names of all tensors of the case that begin with `prefix`, without it, sorted.
        public func keys(prefix: String = "") -> [String] {
            let whole = "\(name).\(prefix)"
            return file.names.filter { $0.hasPrefix(whole) }.map { String($0.dropFirst(whole.count)) }
        }
    }

    /// All cases in the order of the file.
    public let cases: [Case]

    /// Opens `Tests/Fixtures/<name>.safetensors`.
    ///
    /// - Throws: `UserFacingError` when the file or its list of cases cannot be read.
    public init(_ name: String) throws {
        let file = try SafetensorsFile(path: Self.path("\(name).safetensors"))
        let list = try JSONDecoder().decode([Setting].self, from: Data((file.metadata["cases"] ?? "[]").utf8))
        cases = try list.map { try Case(settings: $0, file: file) }
    }

    /// The case called `name`.
    ///
    /// - Throws: `UserFacingError` when there is none.
    public subscript(name: String) -> Case {
        get throws {
            guard let found = cases.first(where: { $0.name == name }) else {
                throw UserFacingError(name, problem: "there is no such case", remedy: "make the fixtures again")
            }
            return found
        }
    }

    /// The path of a file in `Tests/Fixtures`.
    public static func path(_ name: String) -> String {
        URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .appendingPathComponent("Fixtures").appendingPathComponent(name).path
    }

    /// The contents of a JSON file in `Tests/Fixtures`.
    ///
    /// - Throws: `UserFacingError` when it is missing, and a decoding error when it is no JSON.
    public static func json(_ name: String) throws -> Setting {
        try JSONDecoder().decode(Setting.self, from: InputFile.map(path(name)))
    }
}
