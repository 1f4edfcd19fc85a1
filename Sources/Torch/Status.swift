import CTorch
import Foundation

/// What becomes of a status that libtorch returned.
enum Status {
    /// The message of a failure, or nil; frees what the status holds.
    static func message(of status: CTStatus) -> String? {
        guard status.code != CTCodeSuccess else { return nil }
        defer { ct_message_free(status.message) }
        let text = status.message.map { String(cString: $0) } ?? "unknown failure"
        if status.code == CTCodeOutOfMemory { endOutOfMemory(text) }
        return text
    }

    /// Stops the program when the status is a failure: it is a mistake in the program that calls `operation`.
    static func trapping(_ operation: @autoclosure () -> String, _ status: CTStatus) {
        if let message = message(of: status) { fatalError("\(operation()): \(message)") }
    }

    /// Running out of memory is no mistake of the program, so it ends it with one line and no trace.
    private static func endOutOfMemory(_ message: String) -> Never {
        let line =
            "out of memory: \(message.split(separator: "\n").first ?? ""); use a smaller batch or a smaller model\n"
        FileHandle.standardError.write(Data(line.utf8))
        exit(1)
    }
}
