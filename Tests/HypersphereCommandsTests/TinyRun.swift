import Datasets
import Files
import Foundation
import Synchronization
import Testing
import Torch

/// The smallest training that has everything: 6 batches an epoch, two epochs.
enum TinyRun {
    static let words = [
        "strokes-center", "data.train=96", "data.test=32", "data.batch=16", "epochs=2", "threads=1",
    ]

    /// Where the first training of a folder goes.
    static let folder = "runs/strokes-center-1"

    /// The images that the training measures on.
    static var testImages: ImageDataset {
        Strokes(classes: .digits, seed: 0).splits(train: 96, test: 32).test
    }

    /// The program in a folder that holds one finished training, for tests that only read it or write beside it.
    static let finished = Result { () throws -> Program in
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("hypersphere-finished-\(getpid())")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        finishedFolder.withLock { $0 = folder }
        atexit { TinyRun.finishedFolder.withLock { _ = $0.map { try? FileManager.default.removeItem(at: $0) } } }
        let program = Program(folder: folder.path)
        let result = try program.run(["train"] + words)
        #expect(result.status == 0, "\(result.stderr)")
        finishedOutput.withLock { $0 = result }
        return program
    }

    private static let finishedFolder = Mutex<URL?>(nil)
    static let finishedOutput = Mutex<Program.Result?>(nil)

    /// A copy of the finished training in a folder of its own, for tests that change it.
    static func withCopy<Value>(_ body: (Program) throws -> Value) throws -> Value {
        let finished = try finished.get()
        return try Program.inScratchFolder { program in
            try FileManager.default.copyItem(atPath: finished.path("runs"), toPath: program.path("runs"))
            return try body(program)
        }
    }
}

extension Program {
    /// The lines of a run's metrics, without what depends on the clock.
    func metrics(of folder: String = TinyRun.folder) throws -> [[String: Double]] {
        try text("\(folder)/metrics.jsonl").split(separator: "\n").map { line in
            var values = try JSONDecoder().decode([String: Double].self, from: Data(line.utf8))
            values["seconds"] = nil
            values["imagesPerSecond"] = nil
            return values
        }
    }
}

extension Program {
    /// Starts a training and waits until it is in the second epoch of its first folder, or of `folder`.
    func startIntoSecondEpoch(_ words: [String], folder: String = TinyRun.folder) throws -> RunningProgram {
        let running = try start(["train"] + words)
        let deadline = Date(timeIntervalSinceNow: 90)
        while try !exists("\(folder)/metrics.jsonl") || !text("\(folder)/metrics.jsonl").contains("\n") {
            guard Date() < deadline else {
                running.send(SIGKILL)
                throw NoEpoch()
            }
            Thread.sleep(forTimeInterval: 0.02)
        }
        Thread.sleep(forTimeInterval: 0.1)
        return running
    }

    /// No epoch was done in a minute and a half.
    struct NoEpoch: Error {}
}

/// Expects failure with one line that has `parts` in this order, and nothing on standard output.
func expectOneLine(
    _ result: Program.Result, _ parts: [String], sourceLocation: SourceLocation = #_sourceLocation
) {
    #expect(result.status == 1, sourceLocation: sourceLocation)
    #expect(result.errorLines.count == 1, "\(result.stderr)", sourceLocation: sourceLocation)
    #expect(result.stderr.hasPrefix("error: ") && result.stderr.hasSuffix("\n"), sourceLocation: sourceLocation)
    #expect(result.stderr.contains("; "), "a remedy: \(result.stderr)", sourceLocation: sourceLocation)
    var rest = result.stderr[...]
    for part in parts {
        guard let range = rest.range(of: part) else {
            Issue.record("expected \"\(part)\" in \"\(result.stderr)\"", sourceLocation: sourceLocation)
            return
        }
        rest = rest[range.upperBound...]
    }
}
