import Testing

@testable import Terminal

@Suite struct TextStyleTests {
    @Test(arguments: [
        (true, ["TERM": "xterm-256color"], true),
        (true, ["TERM": "xterm", "NO_COLOR": ""], true),
        (true, ["TERM": "xterm", "NO_COLOR": "1"], false),
        (true, ["TERM": "xterm", "NO_COLOR": "0"], false),
        (true, ["TERM": "dumb"], false),
        (true, [:], false),
        (false, ["TERM": "xterm"], false),
    ])
    func onlyCapableTerminalsAreStyled(isTerminal: Bool, environment: [String: String], expected: Bool) {
        let output = TerminalOutput(isTerminal: isTerminal, width: { 80 }, write: { _ in })
        #expect(TextStyle(for: output, environment: environment).isEnabled == expected)
    }

    @Test func styleEndsAfterTheText() {
        #expect(TextStyle(isEnabled: true).red("a") == "\u{1B}[31ma\u{1B}[0m")
        #expect(TextStyle(isEnabled: true).bold("") == "")
        #expect(TextStyle(isEnabled: false).green("a") == "a")
    }
}
