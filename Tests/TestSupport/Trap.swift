public import Testing

/// Fails the test unless a process that ended in a trap said all of `parts` on its standard error.
public func expectTrap(
    _ result: ExitTest.Result?, saying parts: String..., sourceLocation: SourceLocation = #_sourceLocation
) {
    // Without a result the exit test itself has failed and said so.
    guard let result else { return }
    let text = String(decoding: result.standardErrorContent, as: UTF8.self)
    for part in parts where !text.contains(part) {
        Issue.record("the trap does not say \"\(part)\" but: \(text)", sourceLocation: sourceLocation)
    }
}
