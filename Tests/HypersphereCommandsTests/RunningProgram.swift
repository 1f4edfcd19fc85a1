import Foundation
import Synchronization
import Testing

/// A process that was started; its outputs go to files, so that it never waits for a reader.
final class RunningProgram: Sendable {
    private let outputs: URL
    private let ended = DispatchSemaphore(value: 0)
    private let process: Mutex<Process>

    init(_ path: String, _ arguments: [String], environment: [String: String], folder: String) throws {
        outputs = FileManager.default.temporaryDirectory.appendingPathComponent("outputs-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: outputs, withIntermediateDirectories: true)
        let process = Process()
        process.executableURL = URL(fileURLWithPath: path)
        process.arguments = arguments
        process.currentDirectoryURL = URL(fileURLWithPath: folder)
        // A crash is told by its signal; drawing its backtrace takes seconds.
        process.environment = ProcessInfo.processInfo.environment
            .merging(["SWIFT_BACKTRACE": "enable=no"]) { $1 }.merging(environment) { $1 }
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = try Self.file(outputs.appendingPathComponent("stdout"))
        process.standardError = try Self.file(outputs.appendingPathComponent("stderr"))
        process.terminationHandler = { [ended] _ in ended.signal() }
        try process.run()
        self.process = Mutex(process)
    }

    deinit {
        try? FileManager.default.removeItem(at: outputs)
    }

    private static func file(_ url: URL) throws -> FileHandle {
        try Data().write(to: url)
        return try FileHandle(forWritingTo: url)
    }

    /// The number by which the system knows the process.
    var identifier: Int32 { process.withLock { $0.processIdentifier } }

    func send(_ signal: Int32) {
        process.withLock { _ = kill($0.processIdentifier, signal) }
    }

    /// Waits until the process has ended; one that takes longer than `limit` seconds is killed and a failure.
    ///
    /// The status of a process that a signal ended is the negative signal.
    func wait(limit: Double = 120) throws -> Program.Result {
        if ended.wait(timeout: .now() + limit) == .timedOut {
            send(SIGKILL)
            ended.wait()
            Issue.record("the process did not end within \(limit) s")
        }
        let status = process.withLock { $0.terminationReason == .exit ? $0.terminationStatus : -$0.terminationStatus }
        func text(_ name: String) throws -> String {
            try String(contentsOf: outputs.appendingPathComponent(name), encoding: .utf8)
        }
        return Program.Result(status: status, stdout: try text("stdout"), stderr: try text("stderr"))
    }
}
