import Files
import Foundation

/// A process that does one form of the work and answers a line of JSON to each line of input.
final class Contender {
    let name: String
    /// Seconds from the start of the process to the end of its first step.
    private(set) var secondsToFirstStep = 0.0

    private let process = Process()
    private let input = Pipe()
    private let output = Pipe()
    private var buffer = Data()

    /// How a peer's script is started.
    static func peer(_ script: String) -> [String] {
        let python = ProcessInfo.processInfo.environment["HYPERSPHERE_PEERS"] ?? ".cache/peers/bin/python"
        return [python, "Benchmarks/peers/\(script)"]
    }

    /// How our own form is started.
    static func ourselves(_ bench: String) -> [String] { [CommandLine.arguments[0], "serve", bench] }

    init(_ name: String, _ command: [String]) throws {
        self.name = name
        process.executableURL = URL(fileURLWithPath: command[0])
        process.arguments = Array(command.dropFirst())
        process.standardInput = input
        process.standardOutput = output
        let begin = ContinuousClock.now
        do {
            try process.run()
        } catch {
            throw UserFacingError(
                command[0], problem: "cannot be started", remedy: "run `make bench`, which installs the peers")
        }
        _ = try readAnswer()
        secondsToFirstStep = seconds(since: begin)
    }

    /// Runs so many steps.
    ///
    /// - Returns: the seconds of one.
    func run(_ steps: Int) throws -> Double { try ask("run \(steps)", for: "seconds") / Double(steps) }

    /// Runs one step and returns what it computes.
    func result() throws -> Double { try ask("run 1", for: "loss") }

    /// The most memory that the process has held, in MiB.
    func peakMemory() throws -> Double { try ask("memory", for: "peak_mib") }

    /// The most memory that the process has held beyond what its operands need, in MiB.
    func extraMemory() throws -> Double { try ask("memory", for: "extra_mib") }

    func quit() {
        input.fileHandleForWriting.write(Data("quit\n".utf8))
        process.waitUntilExit()
    }

    private func ask(_ line: String, for field: String) throws -> Double {
        input.fileHandleForWriting.write(Data("\(line)\n".utf8))
        let object = try JSONSerialization.jsonObject(with: try readAnswer()) as? [String: Any]
        guard let value = object?[field] as? NSNumber else { throw failure("answered `\(line)` without \(field)") }
        return value.doubleValue
    }

    private func readAnswer() throws -> Data {
        while true {
            if let end = buffer.firstIndex(of: UInt8(ascii: "\n")) {
                let line = buffer[buffer.startIndex..<end]
                buffer = Data(buffer[(end + 1)...])
                return Data(line)
            }
            let more = output.fileHandleForReading.availableData
            guard !more.isEmpty else { throw failure("ended without an answer") }
            buffer += more
        }
    }

    private func failure(_ problem: String) -> UserFacingError {
        UserFacingError(name, problem: problem, remedy: "start it by hand and look at its messages")
    }
}
