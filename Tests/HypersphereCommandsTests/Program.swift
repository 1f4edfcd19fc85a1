import Foundation
import Testing

/// The built program, run as a process of its own in a fresh folder that is removed afterwards.
struct Program {
    /// How a process ended and what it said.
    struct Result {
        let status: Int32
        let stdout: String
        let stderr: String

        var lines: [String] { stdout.split(separator: "\n", omittingEmptySubsequences: false).map(String.init) }
        var errorLines: [String] { stderr.split(separator: "\n").map(String.init) }
    }

    /// The working folder.
    let folder: String

    /// Seconds after which a process is taken to hang.
    private static let limit = 120.0

    /// The executable, which lies beside the tests.
    static let path: String = {
        // Where the tests are a program of their own, its folder is the bundle; where they are a bundle, it lies in the folder.
        let bundle = Bundle.allBundles.first { $0.bundlePath.hasSuffix(".xctest") }
        let folder = bundle?.bundleURL.deletingLastPathComponent() ?? Bundle.main.bundleURL
        return folder.appendingPathComponent("hypersphere").path
    }()

    static func inScratchFolder<Value>(_ body: (Program) throws -> Value) throws -> Value {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("hypersphere-\(UUID().uuidString)")
            .path
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        return try body(Program(folder: folder))
    }

    func run(_ arguments: [String], environment: [String: String] = [:]) throws -> Result {
        try RunningProgram(Self.path, arguments, environment: environment, folder: folder).wait(limit: Self.limit)
    }

    func run(_ arguments: String..., environment: [String: String] = [:]) throws -> Result {
        try run(arguments, environment: environment)
    }

    /// Starts the program without waiting for it.
    ///
    /// - Parameter prefix: the words of another program that runs it.
    func start(
        _ arguments: [String], environment: [String: String] = [:], prefix: [String] = []
    ) throws -> RunningProgram {
        guard !prefix.isEmpty else {
            return try RunningProgram(Self.path, arguments, environment: environment, folder: folder)
        }
        return try RunningProgram(
            "/usr/bin/env", prefix + [Self.path] + arguments, environment: environment, folder: folder)
    }

    /// Runs a line of the shell in which `"$@"` stands for the program with its arguments.
    func runInShell(_ line: String, _ arguments: [String]) throws -> Result {
        let words = ["-c", line, "sh", Self.path] + arguments
        return try RunningProgram("/bin/sh", words, environment: [:], folder: folder).wait(limit: Self.limit)
    }

    // MARK: Files

    func path(_ name: String) -> String { "\(folder)/\(name)" }

    func exists(_ name: String) -> Bool { FileManager.default.fileExists(atPath: path(name)) }

    func data(_ name: String) throws -> Data { try Data(contentsOf: URL(fileURLWithPath: path(name))) }

    func text(_ name: String) throws -> String { try String(contentsOfFile: path(name), encoding: .utf8) }

    func write(_ data: Data, to name: String) throws { try data.write(to: URL(fileURLWithPath: path(name))) }

    func write(_ text: String, to name: String) throws { try write(Data(text.utf8), to: name) }

    /// All files below the folder with what is in them.
    func contents() throws -> [String: Data] {
        let names = FileManager.default.enumerator(atPath: folder)?.allObjects as? [String] ?? []
        var contents: [String: Data] = [:]
        for name in names {
            var isFolder: ObjCBool = false
            _ = FileManager.default.fileExists(atPath: path(name), isDirectory: &isFolder)
            contents[name] = isFolder.boolValue ? Data() : try data(name)
        }
        return contents
    }
}
