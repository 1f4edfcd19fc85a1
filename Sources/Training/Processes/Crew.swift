import Files
import Foundation
import Synchronization
public import Torch

/// The processes that train together, as one of them sees them: how they meet, how they notice that one is lost, and what
/// they say then.
///
/// Each writes once a second into the meeting place that it lives and where it stands. When a computation with the others
/// fails, the reason that the failed one has left, or whoever has fallen silent, is named in one line, and the process ends.
public final class Crew: Sendable {
    /// The status with which a process ends because another one was lost, where whoever started both speaks of it.
    public static let lossStatus: Int32 = 70

    /// Where this process stands.
    public let place: ProcessPlace
    /// What computes together.
    public let group: ProcessGroup

    private let pulse: Pulse
    private let timeout: Double

    /// Meets the others.
    ///
    /// - Parameters:
    ///   - place: where this process stands.
    ///   - timeout: how long to wait for another process, in seconds.
    ///   - silent: whether whoever started the processes says what was lost.
    /// - Throws: `UserFacingError` when the port is in use, or says which ranks have not come in time.
    public init(_ place: ProcessPlace, timeout: Double, silent: Bool = false) throws {
        self.place = place
        self.timeout = timeout
        let store = try MeetingStore(host: place.host, port: place.port, serves: place.serves, timeout: timeout)
        try store.set(Key.here(place.rank), "")
        let end = ContinuousClock.now + .seconds(timeout)
        for rank in 0..<place.size {
            let left = max(0.1, ContinuousClock.now.duration(to: end).seconds)
            guard try store.text(Key.here(rank), timeout: left) == nil else { continue }
            let missing = try (rank..<place.size).filter { try store.text(Key.here($0)) == nil }
            throw UserFacingError(
                "rank \(place.rank)",
                problem: "only \(place.size - missing.count) of \(place.size) processes came within \(Int(timeout)) s;"
                    + " missing: rank \(missing.map(String.init).joined(separator: ", "))",
                remedy: "see why they did not start, or allow more with --timeout")
        }
        let pulse = try Pulse(store, place, silent: silent)
        self.pulse = pulse
        LostProcess.onLoss { pulse.end(afterLoss: $0) }
        let address =
            LocalAddress.facing(host: place.host, port: place.port, reachesOthers: place.localSize < place.size)
            ?? place.host
        group = try ProcessGroup(
            meetingIn: store, rank: place.rank, size: place.size, address: address, timeout: timeout)
        pulse.start()
    }

    /// Whether this process leaves it to another one to print.
    public var isQuiet: Bool { !group.isLeader }

    /// Waits for the others at the regular end, so that none is missed before it has finished.
    public func leave() {
        _ = group.sum(Tensor([Int64(1)]))
        pulse.isFailing.store(true, ordering: .relaxed)
        // Whoever serves the meeting place goes last.
        if place.serves { Thread.sleep(forTimeInterval: 0.5) }
    }

    /// Says where this process stands, for the others to name should it be lost.
    func stand(at place: @autoclosure () -> String) { pulse.place.withLock { $0 = place() } }

    /// Makes sure that all processes were given the same text, line by line.
    ///
    /// - Parameters:
    ///   - name: what the text is called.
    ///   - text: that of this process.
    /// - Throws: `UserFacingError` in a process whose text is not rank 0's, with the first line that differs, or that does not
    ///   hear from rank 0 in time.
    public func agree(on name: String, _ text: String) throws {
        let key = "text/\(name)"
        if group.isLeader { return try pulse.store.set(key, text) }
        guard let first = try pulse.store.text(key, timeout: timeout) else {
            throw UserFacingError(
                "rank \(group.rank)", field: name, problem: "rank 0 has not told its own within \(Int(timeout)) s",
                remedy: "see what it waits for, or allow more with --timeout")
        }
        guard first != text else { return }
        let (theirs, ours) = (Self.lines(of: first), Self.lines(of: text))
        let difference = (0..<max(theirs.count, ours.count)).first { position in
            theirs.indices.contains(position) != ours.indices.contains(position) || theirs[position] != ours[position]
        }
        func line(_ lines: [String]) -> String {
            difference.flatMap { lines.indices.contains($0) ? lines[$0].trimmingCharacters(in: .whitespaces) : nil }
                .map { "\"\($0)\"" } ?? "nothing"
        }
        throw UserFacingError(
            "rank \(group.rank)", field: name, problem: "has \(line(ours)) where rank 0 has \(line(theirs))",
            remedy: "start all processes with the same program, recipe and data")
    }

    /// Does what one process of each machine must have done before the others of that machine begin, such as a download.
    ///
    /// - Parameters:
    ///   - name: what it is called.
    ///   - body: what is done, in every process.
    /// - Throws: what `body` throws, and `UserFacingError` in the others when the first one has failed.
    public func firstOnEachMachine<Result>(_ name: String, _ body: () throws -> Result) throws -> Result {
        let leader = place.rank - place.localRank
        let key = "done/\(name)/\(leader)"
        if place.localRank == 0 {
            let result = try body()
            try pulse.store.set(key, "")
            return result
        }
        // However long it takes: a download has no limit.
        while try pulse.store.text(key, timeout: 1) == nil {
            if let failure = try pulse.store.text(Key.failure(leader)) {
                throw UserFacingError(
                    "rank \(place.rank)", problem: "rank \(leader) ended: \(failure)", remedy: "start all again")
            }
        }
        return try body()
    }

    private static func lines(of text: String) -> [String] {
        text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
    }

    /// Tells the others why this process ends.
    ///
    /// - Returns: whether it is for this process to print it: not when rank 0 ends for the same reason.
    public func report(_ error: any Error) -> Bool {
        let text = "\(error)"
        pulse.isFailing.store(true, ordering: .relaxed)
        guard (try? pulse.store.set(Key.failure(place.rank), text)) != nil, !group.isLeader else { return true }
        return (try? pulse.store.text(Key.failure(0), timeout: 2)) != text
    }

    enum Key {
        static func here(_ rank: Int) -> String { "here/\(rank)" }
        static func alive(_ rank: Int) -> String { "alive/\(rank)" }
        static func failure(_ rank: Int) -> String { "failure/\(rank)" }
        static let loss = "loss"
    }

    /// What whoever started the processes may tell of their end: what a lost one has left, or the others have said of it.
    public static func lastWords(of rank: Int?, in store: MeetingStore) -> String? {
        if let rank { return (try? store.text(Key.alive(rank))).flatMap { $0.map(Pulse.place(in:)) } }
        return (try? store.text(Key.loss)) ?? nil
    }
}

/// The signs of life of a process, and its end.
private final class Pulse: Sendable {
    let store: MeetingStore
    let isFailing = Atomic<Bool>(false)
    let place = Mutex<String>("at the start")
    private let own: ProcessPlace
    private let connection: MeetingStore
    private let silent: Bool

    init(_ store: MeetingStore, _ place: ProcessPlace, silent: Bool) throws {
        self.store = store
        own = place
        self.silent = silent
        connection = try store.connection()
    }

    /// Begins to write a sign of life every second; the process ends when the meeting place is gone.
    func start() {
        let thread = Thread { [self] in
            var count = 0
            while !isFailing.load(ordering: .relaxed) {
                count += 1
                let text = "\(count) \(place.withLock { $0 })"
                if (try? connection.set(Crew.Key.alive(own.rank), text)) == nil {
                    // At the regular end, rank 0 may be gone before the others.
                    Thread.sleep(forTimeInterval: 5)
                    if !isFailing.load(ordering: .relaxed) { end(saying: "the meeting place of the processes is gone") }
                }
                Thread.sleep(forTimeInterval: 1)
            }
        }
        thread.stackSize = 1 << 20
        thread.start()
    }

    static func place(in text: String) -> String { String(text.drop { $0 != " " }.dropFirst()) }

    /// Ends the process after a computation with the others has failed.
    func end(afterLoss message: String) -> Never { end(saying: cause() ?? Self.brief(message)) }

    private func end(saying cause: String) -> Never {
        try? store.set(Crew.Key.loss, cause)
        if !silent {
            let line = "error: rank \(own.rank): \(cause); go on with `train --resume`\n"
            FileHandle.standardError.write(Data(line.utf8))
        }
        // Threads of the engine still wait for the lost process; nothing is left that must be put in order.
        _exit(silent ? Crew.lossStatus : 1)
    }

    /// What has happened to the others, as far as the meeting place tells.
    private func cause() -> String? {
        let others = (0..<own.size).filter { $0 != own.rank }
        let before = others.map { try? store.text(Crew.Key.alive($0)) }
        for _ in 0..<6 {
            for rank in others {
                if let text = (try? store.text(Crew.Key.failure(rank))) ?? nil { return "rank \(rank) ended: \(text)" }
            }
            Thread.sleep(forTimeInterval: 0.5)
        }
        let now = others.map { try? store.text(Crew.Key.alive($0)) }
        if now.allSatisfy({ $0 == nil }) { return "rank 0, where the processes meet, is gone" }
        let silent = zip(others, zip(before, now)).filter { $1.0 == $1.1 }
        guard !silent.isEmpty else { return nil }
        return silent.map { rank, texts in
            let place = (texts.1 ?? nil).map(Self.place(in:)) ?? "at the start"
            return "rank \(rank) was lost, last seen \(place)"
        }.joined(separator: ", ")
    }

    /// libtorch's words without the place in its sources.
    private static func brief(_ message: String) -> String {
        let first = message.split(separator: "\n").first.map(String.init) ?? message
        let words = first.split(separator: "] ", maxSplits: 1).last.map(String.init) ?? first
        return "no answer from the others: \(words)"
    }
}
