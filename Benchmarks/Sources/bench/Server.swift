import Files
import Foundation
import Torch

/// What our process measures on demand.
protocol Session {
    /// Does the work once and returns its loss.
    func step() throws -> Double
}

/// Words `--name value` of a command line.
struct Arguments {
    let words: [String]

    func value(_ name: String) throws -> String {
        guard let index = words.firstIndex(of: name), words.indices.contains(index + 1) else {
            throw UserFacingError("bench serve", field: name, problem: "is missing", remedy: "name a value")
        }
        return words[index + 1]
    }

    func number(_ name: String, default other: Int) -> Int {
        (try? value(name)).flatMap { Int($0) } ?? other
    }
}

/// Answers for a session on standard input and output like the peers' scripts, so that a driver can let all forms take
/// turns and each has memory of its own.
struct Server {
    private let memoryBefore: Int
    private let session: any Session

    init(_ session: any Session, warmup: Int) throws {
        memoryBefore = Machine.peakMemory
        self.session = session
        for _ in 0..<warmup { _ = try session.step() }
    }

    func serve() throws {
        answer(["ready": "hypersphere"])
        while let line = readLine() {
            let words = line.split(separator: " ")
            switch words.first {
            case "run":
                let begin = ContinuousClock.now
                var loss = 0.0
                for _ in 0..<(words.dropFirst().first.flatMap { Int($0) } ?? 10) { loss = try session.step() }
                answer(["seconds": seconds(since: begin), "loss": loss])
            case "memory":
                let peak = Machine.peakMemory
                answer(["peak_mib": mebibytes(peak), "extra_mib": mebibytes(peak - memoryBefore)])
            case "quit":
                return
            default:
                answer(["error": "unknown command: \(line)"])
            }
        }
    }

    private func mebibytes(_ bytes: Int) -> Double { Double(bytes) / 1_048_576 }

    private func answer(_ fields: [String: some Encodable]) {
        guard let data = try? JSONEncoder().encode(fields) else { return }
        FileHandle.standardOutput.write(data + Data("\n".utf8))
    }
}

func seconds(since begin: ContinuousClock.Instant) -> Double {
    let time = begin.duration(to: .now).components
    return Double(time.seconds) + Double(time.attoseconds) * 1e-18
}
