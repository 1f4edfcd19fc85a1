import CTorch
import Files
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

    /// Throws what a failure means to a user.
    static func throwing(_ status: CTStatus, _ error: (String) -> UserFacingError) throws {
        if let message = message(of: status) { throw error(message) }
    }

    /// Stops the program when the status is a failure: it is a mistake in the program that calls `operation`.
    ///
    /// A lost connection to other processes is no mistake: then the program ends as ``LostProcess`` says.
    static func trapping(_ operation: @autoclosure () -> String, _ status: CTStatus) {
        let isConnection = status.code == CTCodeConnection
        guard let message = message(of: status) else { return }
        if isConnection { LostProcess.end(message) }
        fatalError("\(operation()): \(message)")
    }

    /// Running out of memory is no mistake of the program, so it ends it with one line and no trace.
    private static func endOutOfMemory(_ message: String) -> Never {
        let line =
            "out of memory: \(message.split(separator: "\n").first ?? ""); use a smaller batch or a smaller model\n"
        FileHandle.standardError.write(Data(line.utf8))
        exit(1)
    }
}
