/// Where text for a person goes: standard error, standard output, or a test's own sink.
public struct TerminalOutput {
    /// Whether a person looks at it; false for files and pipes.
    public let isTerminal: Bool

    /// The number of columns now; asked for anew each time, because windows change.
    public let width: () -> Int

    /// Writes text as it is.
    public let write: (String) -> Void

    /// Creates an output; for tests.
    public init(isTerminal: Bool, width: @escaping () -> Int, write: @escaping (String) -> Void) {
        self.isTerminal = isTerminal
        self.width = width
        self.write = write
    }
}
