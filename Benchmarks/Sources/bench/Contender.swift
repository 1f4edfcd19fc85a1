import Files
import Foundation

/// A process that trains in one form and answers a line of JSON to each line of input.
final class Contender {
    let name: String
    /// Seconds from the start of the process to the end of its first step.
    private(set) var secondsToFirstStep = 0.0

    private let process = Process()
    private let input = Pipe()
    private let output = Pipe()
    private var buffer = Data()

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
        let time = begin.duration(to: .now)
        secondsToFirstStep = Double(time.components.seconds) + Double(time.components.attoseconds) * 1e-18
    }

    /// Trains so many steps.
    ///
    /// - Returns: images a second.
    func run(_ steps: Int) throws -> Double {
        let answer = try ask("run \(steps)")
        guard let images = answer["images"], let seconds = answer["seconds"] else { throw failure("gave no times") }
        return images / seconds
    }

    /// The most memory that the process has held, in MiB.
    func peakMemory() throws -> Double {
        guard let peak = try ask("memory")["peak_mib"] else { throw failure("gave no memory") }
        return peak
    }

    func quit() {
        input.fileHandleForWriting.write(Data("quit\n".utf8))
        process.waitUntilExit()
    }

    private func ask(_ line: String) throws -> [String: Double] {
        input.fileHandleForWriting.write(Data("\(line)\n".utf8))
        let answer = try readAnswer()
        let object = try JSONSerialization.jsonObject(with: answer) as? [String: Any] ?? [:]
        return object.compactMapValues { ($0 as? NSNumber)?.doubleValue }
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
