#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

/// The outputs of this process; the one file that asks the operating system.
extension TerminalOutput {
    /// Standard error: progress and warnings.
    public static var standardError: TerminalOutput { system(STDERR_FILENO) }

    /// Standard output: results.
    public static var standardOutput: TerminalOutput { system(STDOUT_FILENO) }

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

    /// Writes all of `text`; a closed terminal is no reason to stop training, so errors are passed over.
    private static func send(_ text: String, to descriptor: Int32) {
        var rest = Array(text.utf8)[...]
        while !rest.isEmpty {
            let written = rest.withUnsafeBytes { Self.write(descriptor, $0) }
            if written < 0 && errno == EINTR { continue }
            guard written > 0 else { return }
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
