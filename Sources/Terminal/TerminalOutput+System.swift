#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

import Synchronization

/// The outputs of this process; the one file that asks the operating system.
extension TerminalOutput {
    /// Standard error: progress and warnings.
    public static var standardError: TerminalOutput { system(STDERR_FILENO) }

    /// Standard output: results.
    public static var standardOutput: TerminalOutput { system(STDOUT_FILENO) }

    /// The error number of the first result that standard output did not take; 0 where it took all, or nobody reads any more.
    public static var lostOutput: Int32 { lost.load(ordering: .relaxed) }

    private static let lost = Atomic<Int32>(0)

    static func system(_ descriptor: Int32) -> TerminalOutput {
        TerminalOutput(
            isTerminal: isatty(descriptor) == 1, width: { columns(of: descriptor) }, write: { send($0, to: descriptor) }
        )
    }

    /// The terminal's columns, or 80 where there is no telling.
    private static func columns(of descriptor: Int32) -> Int {
        var size = winsize()
        guard ioctl(descriptor, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 else { return 80 }
        return Int(size.ws_col)
    }

    /// Writes all of `text`; a closed terminal is no reason to stop training, so errors are passed over here.
    private static func send(_ text: String, to descriptor: Int32) {
        var rest = Array(text.utf8)[...]
        while !rest.isEmpty {
            let written = rest.withUnsafeBytes { Self.write(descriptor, $0) }
            if written < 0 && errno == EINTR { continue }
            if written < 0 && errno == EAGAIN {
                var request = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
                _ = poll(&request, 1, -1)
                continue
            }
            guard written > 0 else {
                if descriptor == STDOUT_FILENO, ![EPIPE, EIO].contains(errno) {
                    _ = lost.compareExchange(expected: 0, desired: errno, ordering: .relaxed)
                }
                return
            }
            rest = rest.dropFirst(written)
        }
    }

    private static func write(_ descriptor: Int32, _ bytes: UnsafeRawBufferPointer) -> Int {
        #if canImport(Glibc)
            Glibc.write(descriptor, bytes.baseAddress, bytes.count)
        #elseif canImport(Musl)
            Musl.write(descriptor, bytes.baseAddress, bytes.count)
        #else
            Darwin.write(descriptor, bytes.baseAddress, bytes.count)
        #endif
    }
}
