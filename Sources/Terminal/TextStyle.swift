public import Foundation

/// Bold, dim and coloured text, or the text as it is where nobody would see them.
public struct TextStyle: Sendable {
    /// Whether the methods add anything.
    public let isEnabled: Bool

    /// Creates a style that adds escape sequences when `isEnabled`.
    public init(isEnabled: Bool) {
        self.isEnabled = isEnabled
    }

    /// Creates the style for an output: only a terminal is styled, and not with `NO_COLOR` set to anything (no-color.org) or
    /// `TERM` unset or `dumb`.
    public init(
        for output: TerminalOutput, environment: [String: String] = ProcessInfo.processInfo.environment
    ) {
        let isWanted = environment["NO_COLOR", default: ""].isEmpty
        let canShow = !["", "dumb"].contains(environment["TERM", default: ""])
        self.init(isEnabled: output.isTerminal && isWanted && canShow)
    }

    /// `text` in bold.
    public func bold(_ text: String) -> String { wrapped(text, 1) }

    /// `text` less bright than the rest.
    public func dim(_ text: String) -> String { wrapped(text, 2) }

    /// `text` in red, for errors.
    public func red(_ text: String) -> String { wrapped(text, 31) }

    /// `text` in green, for what is good.
    public func green(_ text: String) -> String { wrapped(text, 32) }

    /// `text` in yellow, for warnings.
    public func yellow(_ text: String) -> String { wrapped(text, 33) }

    /// `text` in cyan, for names.
    public func cyan(_ text: String) -> String { wrapped(text, 36) }

    private func wrapped(_ text: String, _ code: Int) -> String {
        isEnabled && !text.isEmpty ? "\u{1B}[\(code)m\(text)\u{1B}[0m" : text
    }
}
