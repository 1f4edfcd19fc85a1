import Files
public import Foundation

/// Fetches one file of a known checksum over HTTP, so that at the end it is whole and right, or what was there is still there.
///
/// What has arrived is kept beside the destination under the name with `.part`, from where the next run goes on.
public struct Download: Sendable {
    /// Is told the bytes that have arrived and, where the server says it, how many there will be.
    public typealias Progress = @Sendable (_ received: Int, _ total: Int?) -> Void

    /// Where the file comes from, `http` or `https`.
    public let url: URL

    /// Where the file goes; folders on the way are made.
    public let path: String

    /// What the file must have.
    public let checksum: Checksum

    /// How often to ask the server before giving up, at least 1.
    public let attempts: Int

    /// Seconds to wait before asking again; twice as long each time.
    public let firstDelay: TimeInterval

    /// Describes a download; ``run(progress:)`` does it.
    ///
    /// - Precondition: `attempts` is at least 1 and `firstDelay` not negative.
    public init(_ url: URL, to path: String, checksum: Checksum, attempts: Int = 4, firstDelay: TimeInterval = 1) {
        precondition(
            attempts >= 1 && firstDelay >= 0,
            "Download: expected at least 1 attempt and a delay from 0, got \(attempts) and \(firstDelay)")
        self.url = url
        self.path = path
        self.checksum = checksum
        self.attempts = attempts
        self.firstDelay = firstDelay
    }

    /// Fetches the file, unless it is there already with the right checksum; blocks until done.
    ///
    /// - Parameter progress: is called now and then, from another thread.
    /// - Throws: `UserFacingError` in one line when the folder cannot be written, the disk is full, the server is not
    ///   reached, does not have the file or breaks off each time, or the checksum is wrong. The file that was at the path
    ///   before is then still there.
    public func run(progress: @escaping Progress = { _, _ in }) throws {
        guard url.scheme == "http" || url.scheme == "https" else {
            throw UserFacingError(
                url.absoluteString, field: "address", problem: "expected http or https",
                remedy: "give the address of a web server")
        }
        if FileManager.default.fileExists(atPath: path), try checksum.computed(of: path) == checksum { return }
        let part = try PartFile(for: path)
        var delay = firstDelay
        for attempt in 1... {
            switch try transfer(to: part, progress: progress) {
            case .complete:
                try part.place(at: path)
                return
            case .failed(let problem, let remedy, let isFinal):
                guard !isFinal, attempt < attempts else {
                    throw UserFacingError(url.absoluteString, field: path, problem: problem, remedy: remedy)
                }
            }
            Thread.sleep(forTimeInterval: delay)
            delay *= 2
        }
    }

    private enum Outcome {
        case complete
        case failed(problem: String, remedy: String, isFinal: Bool)
    }

    private func transfer(to part: PartFile, progress: @escaping Progress) throws -> Outcome {
        let resumedFrom = try part.size()
        let reply = try Transfer.run(url, into: part, resumingFrom: resumedFrom, progress: progress)
        switch reply {
        case .unreachable(let reason):
            return .failed(
                problem: "the server cannot be reached (\(reason))", remedy: "check the network and try again",
                isFinal: false)
        case .broken(let reason):
            return .failed(
                problem: "the connection broke after \(try part.size()) bytes (\(reason))",
                remedy: "run it again, it goes on from there", isFinal: false)
        case .refused(let status):
            // 408 and 429 ask to come again later, as do the server's own faults.
            return .failed(
                problem: "the server answered \(status)",
                remedy: status == 404
                    ? "the file is no longer there: fetch it elsewhere and put it at \(path)" : "try again later",
                isFinal: (400..<500).contains(status) && ![408, 416, 429].contains(status))
        case .received, .nothingLeft:
            let found = try checksum.computed(of: part.path)
            if found == checksum { return .complete }
            try part.discard()
            // Wrong after a resumption, the beginning may be of another version of the file: worth a fresh start.
            return .failed(
                problem: "wrong checksum: expected \(checksum), got \(found)",
                remedy: "try again later or fetch it elsewhere and put it at \(path)", isFinal: resumedFrom == 0)
        }
    }
}
