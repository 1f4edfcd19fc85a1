import ArgumentParser
import Dispatch
import Files
import Foundation
import Synchronization
import Terminal
import Torch
import Training

/// Starts several processes of this program on this machine and ends them all when one fails.
///
/// It serves the place where they meet, so that it knows what the lost one was at. Ctrl-C is passed on to all; they agree
/// on where to stop.
struct ProcessLauncher {
    /// How many processes to start.
    let count: Int

    /// How long the others may take to end by themselves once one has failed, in seconds; then they are told to, and as long
    /// again later they are ended.
    private static let patience = 5.0
    private static let key = "HYPERSPHERE_LAUNCHED"

    /// Whether this process was started by a launcher, which speaks for it.
    static var hasStarted: Bool { ProcessInfo.processInfo.environment[key] != nil }

    /// Starts the processes with the arguments of this one and waits for them.
    ///
    /// - Throws: `UserFacingError` that names the rank that failed first, and the exit status of all otherwise.
    func run() throws {
        let store = try MeetingStore(host: "127.0.0.1", port: 0, serves: true, timeout: 60)
        let endings = Endings()
        let processes = try (0..<count).map { rank in
            let process = Process()
            process.executableURL = Bundle.main.executableURL ?? URL(filePath: CommandLine.arguments[0])
            process.arguments = Array(CommandLine.arguments.dropFirst())
            let place = ProcessPlace.environment(rank: rank, size: count, host: "127.0.0.1", port: store.port)
            process.environment = ProcessInfo.processInfo.environment.merging(place) { $1 }
                .merging([Self.key: "\(ProcessInfo.processInfo.processIdentifier)"]) { $1 }
            process.standardInput = FileHandle.nullDevice
            if rank > 0 { process.standardOutput = FileHandle.nullDevice }
            process.terminationHandler = { endings.add(rank, $0) }
            try process.run()
            return process
        }
        let signals = [SIGINT, SIGTERM].map { pass($0, to: processes, endings) }
        defer { for source in signals { source.cancel() } }
        let first = endings.waitForFailure(of: count)
        guard let first else { return try finish(endings) }
        // Before they train, an interruption simply ends them.
        if let number = first.signal, number == SIGINT || number == SIGTERM, endings.wereToldToEnd {
            endings.wait(for: count, seconds: Self.patience)
            for process in processes where process.isRunning { kill(process.processIdentifier, SIGKILL) }
            throw ExitCode(128 + number)
        }
        endings.wait(for: count, seconds: Self.patience)
        for process in processes where process.isRunning { process.terminate() }
        endings.wait(for: count, seconds: Self.patience)
        for process in processes where process.isRunning { kill(process.processIdentifier, SIGKILL) }
        // Who ends with a status of its own has said why.
        guard first.signal != nil || first.isOfLoss else { throw ExitCode(first.status) }
        throw UserFacingError(
            "rank \(first.rank)", problem: explanation(of: first, endings, store) + "; all processes were ended",
            remedy: "when the cause is gone, go on with `train --resume`")
    }

    /// What the ended processes have in common.
    private func finish(_ endings: Endings) throws {
        let statuses = Set(endings.all.map(\.status))
        if statuses == [130] { throw ExitCode(130) }
        if let other = statuses.first(where: { $0 != 0 }) { throw ExitCode(other) }
    }

    private func explanation(of first: Ending, _ endings: Endings, _ store: MeetingStore) -> String {
        guard first.isOfLoss else {
            let place = Crew.lastWords(of: first.rank, in: store).map { ", last seen \($0)" } ?? ""
            return "was lost\(place): \(first.cause)"
        }
        return "noticed a loss: " + (Crew.lastWords(of: nil, in: store) ?? "the others do not answer")
    }

    private func pass(_ number: Int32, to processes: [Process], _ endings: Endings) -> any DispatchSourceSignal {
        signal(number, SIG_IGN)
        let source = DispatchSource.makeSignalSource(signal: number, queue: .global())
        let identifiers = processes.map(\.processIdentifier)
        source.setEventHandler {
            endings.tellToEnd()
            for identifier in identifiers { kill(identifier, number) }
        }
        source.resume()
        return source
    }

    /// How a process ended.
    struct Ending: Sendable {
        let rank: Int
        let status: Int32
        let signal: Int32?

        /// Whether it ended because of another one.
        var isOfLoss: Bool { signal == nil && status == Crew.lossStatus }
        /// Whether it did not do what it was asked.
        var isFailure: Bool { signal != nil || (status != 0 && status != 130) }
        /// What ended it.
        var cause: String {
            switch signal {
            case SIGKILL?: "killed (signal 9), as when memory runs out"
            case let number?: "ended by signal \(number)"
            case nil: "ended with status \(status)"
            }
        }
    }

    /// The endings so far, which the system reports on threads of its own.
    private final class Endings: Sendable {
        private let list = Mutex<[Ending]>([])
        private let news = DispatchSemaphore(value: 0)
        private let toldToEnd = Atomic<Bool>(false)

        /// Whether an interruption was passed on.
        var wereToldToEnd: Bool { toldToEnd.load(ordering: .relaxed) }

        func tellToEnd() { toldToEnd.store(true, ordering: .relaxed) }

        var all: [Ending] { list.withLock { $0 } }

        func add(_ rank: Int, _ process: Process) {
            let isSignal = process.terminationReason == .uncaughtSignal
            let ending = Ending(
                rank: rank, status: process.terminationStatus, signal: isSignal ? process.terminationStatus : nil)
            list.withLock { $0.append(ending) }
            news.signal()
        }

        /// The ending that brought the others with it; nil when all have done what they were asked.
        func waitForFailure(of count: Int) -> Ending? {
            while all.count < count && !all.contains(where: \.isFailure) { news.wait() }
            guard all.contains(where: \.isFailure) else { return nil }
            // Whoever noticed it may have been quicker than the system.
            wait(for: count, seconds: 1)
            return all.first { $0.isFailure && !$0.isOfLoss } ?? all.first(where: \.isFailure)
        }

        func wait(for count: Int, seconds: Double) {
            let end = DispatchTime.now() + seconds
            while all.count < count && news.wait(timeout: end) == .success {}
        }
    }
}
