import CTorch
import Files

/// A small table of texts that all processes of a group can reach, where they meet before they are a group: libtorch's
/// `TCPStore`.
///
/// A connection is for one thread; see ``connection()``.
public final class MeetingStore: @unchecked Sendable {
    // libtorch serialises the calls of one connection.
    let handle: CTStore

    /// The port on which the store is served.
    public var port: Int { Int(ct_store_port(handle)) }

    /// Opens the store.
    ///
    /// - Parameters:
    ///   - host: the name or address of the machine that serves it.
    ///   - port: 0 for a free one, where it is served here.
    ///   - serves: whether this process serves it, as long as this object lives.
    ///   - timeout: how long to wait for the one that serves it, in seconds.
    /// - Throws: `UserFacingError` when the port is in use, or nobody serves there in time.
    public init(host: String, port: Int, serves: Bool, timeout: Double) throws {
        var handle = CTStore(pointer: nil)
        let status = ct_store_open(host, UInt16(clamping: port), serves, timeout, &handle)
        try Status.throwing(status) { message in
            if serves {
                return UserFacingError(
                    "port \(port)", problem: message.contains("EADDRINUSE") ? "is in use" : "cannot be listened on",
                    remedy: "choose another one with MASTER_PORT")
            }
            return UserFacingError(
                "\(host):\(port)", problem: "nobody answered within \(formatted(timeout)) s",
                remedy: "start rank 0, and check MASTER_ADDR, MASTER_PORT and the firewall")
        }
        self.handle = handle
    }

    private init(handle: CTStore) { self.handle = handle }

    deinit { ct_store_release(handle) }

    /// Another connection to the same store, for another thread.
    public func connection() throws -> MeetingStore {
        var copy = CTStore(pointer: nil)
        try Status.throwing(ct_store_copy(handle, &copy), unreachable)
        return MeetingStore(handle: copy)
    }

    /// Writes a text.
    public func set(_ key: String, _ text: String) throws {
        let characters = text.utf8CString
        // Without the zero at its end.
        let status = characters.withUnsafeBufferPointer {
            ct_store_set(handle, key, $0.baseAddress, $0.count - 1)
        }
        try Status.throwing(status, unreachable)
    }

    /// The text of a key; nil when none is written within `timeout` seconds.
    public func text(_ key: String, timeout: Double = 0) throws -> String? {
        if timeout == 0 {
            var isThere = false
            try Status.throwing(ct_store_has(handle, key, &isThere), unreachable)
            guard isThere else { return nil }
        }
        var bytes: UnsafeMutablePointer<CChar>?
        var count = 0
        let status = ct_store_get(handle, key, timeout == 0 ? 5 : timeout, &bytes, &count)
        if let message = Status.message(of: status) {
            if message.contains("timeout") || message.contains("Timeout") { return nil }
            throw unreachable(message)
        }
        defer { ct_message_free(bytes) }
        return String(decoding: UnsafeRawBufferPointer(start: bytes, count: count), as: UTF8.self)
    }

    private func unreachable(_ message: String) -> UserFacingError {
        UserFacingError(
            "the processes' meeting place", problem: "is gone: \(message.split(separator: "\n").first ?? "")",
            remedy: "see whether rank 0 has ended")
    }
}

/// Whole numbers without a point.
private func formatted(_ seconds: Double) -> String {
    seconds == seconds.rounded() ? "\(Int(seconds))" : "\(seconds)"
}
