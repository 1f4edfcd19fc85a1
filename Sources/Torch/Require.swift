/// Stops the program when a condition does not hold: a mistake of the programmer who called `operation`.
///
/// Unlike `precondition`, whose message optimised builds leave out, it tells what was expected and what came.
public func require(
    _ condition: @autoclosure () -> Bool, _ message: @autoclosure () -> String, file: StaticString = #file,
    line: UInt = #line
) {
    if !condition() { fatalError(message(), file: file, line: line) }
}
