import Foundation
import Synchronization

/// What to do when another process of the group is lost in the middle of a computation.
///
/// Operators do not throw, and nothing can be computed any more: the program ends.
public enum LostProcess {
    private static let handler = Mutex<(@Sendable (String) -> Never)?>(nil)

    /// Sets what ends the program, given what libtorch says; without it, a line on the standard error output and status 1.
    public static func onLoss(_ end: @escaping @Sendable (String) -> Never) {
        handler.withLock { $0 = end }
    }

    static func end(_ message: String) -> Never {
        if let end = handler.withLock({ $0 }) { end(message) }
        let line = "the connection to another process is lost: \(message.split(separator: "\n").first ?? "")\n"
        FileHandle.standardError.write(Data(line.utf8))
        exit(1)
    }
}
