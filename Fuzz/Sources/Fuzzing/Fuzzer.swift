import Files
public import Foundation

/// Hands `body` one input after another, as libFuzzer's command line asks, and ends the process.
///
/// Whatever bytes come, `body` may do its work or throw an error for a user; any other error stops the run like a trap.
public func fuzz(_ body: @escaping @Sendable (Data) throws -> Void) -> Never {
    Input.body = body
    var count = CommandLine.argc
    var words: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>? = CommandLine.unsafeArgv
    exit(
        runDriver(&count, &words) { start, count in
            do {
                try Input.body(Data(bytes: start, count: count))
            } catch is UserFacingError {
                return 0
            } catch {
                fatalError("an error that is none for a user: \(error)")
            }
            return 0
        })
}

private enum Input {
    // libFuzzer's entry takes a C function, which captures nothing; it is set once, before the one thread runs.
    nonisolated(unsafe) static var body: @Sendable (Data) throws -> Void = { _ in }
}

@_silgen_name("LLVMFuzzerRunDriver")
private func runDriver(
    _ count: UnsafeMutablePointer<CInt>,
    _ words: UnsafeMutablePointer<UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>?>,
    _ body: @convention(c) (UnsafePointer<UInt8>, Int) -> CInt
) -> CInt
