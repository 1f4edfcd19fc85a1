import Foundation

/// A web server on 127.0.0.1 of one file, which can misbehave; it answers one request a connection, at most 40.
final class TestServer: @unchecked Sendable {
    enum Mode { case normal, breaksHalfway, ignoresRange, missing, wrongContent, fails }

    let url: URL
    private let content: Data
    private let listener: Int32
    private let lock = NSLock()
    private var modes: [Mode]
    private var seenRanges: [String?] = []

    /// The `Range` of each request so far.
    var ranges: [String?] { lock.withLock { seenRanges } }

    /// Serves `content`, by one of `modes` after the other; the last goes on.
    init(_ content: Data, _ modes: [Mode]) throws {
        self.content = content
        self.modes = modes
        #if canImport(Glibc)
            listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        #else
            listener = socket(AF_INET, SOCK_STREAM, 0)
        #endif
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        var size = socklen_t(MemoryLayout<sockaddr_in>.size)
        let listener = listener
        let port = withUnsafeMutablePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { pointer in
                _ = bind(listener, pointer, size)
                _ = listen(listener, 8)
                return getsockname(listener, pointer, &size)
            }
        }
        guard port == 0, let url = URL(string: "http://127.0.0.1:\(UInt16(bigEndian: address.sin_port))/file.gz") else {
            throw POSIXError(.EADDRNOTAVAIL)
        }
        self.url = url
        Thread.detachNewThread { [self] in
            for _ in 0..<40 {
                let client = accept(listener, nil, nil)
                guard client >= 0 else { return }
                answer(client)
                close(client)
            }
        }
    }

    func stop() {
        shutdown(listener, Int32(2))
        close(listener)
    }

    private func answer(_ client: Int32) {
        var request = Data()
        var piece = [UInt8](repeating: 0, count: 4096)
        while request.range(of: Data("\r\n\r\n".utf8)) == nil {
            let count = recv(client, &piece, piece.count, 0)
            guard count > 0 else { return }
            request.append(contentsOf: piece[..<count])
        }
        let lines = String(decoding: request, as: UTF8.self).components(separatedBy: "\r\n")
        let range = lines.first { $0.lowercased().hasPrefix("range: ") }?.dropFirst(7).description
        let mode = lock.withLock {
            seenRanges.append(range)
            return modes.count > 1 ? modes.removeFirst() : modes[0]
        }
        var start = 0
        if let range, mode != .ignoresRange { start = Int(range.dropFirst(6).dropLast()) ?? 0 }
        let body = mode == .wrongContent ? Data(repeating: 7, count: content.count) : content
        var head =
            start > 0
            ? "206 Partial Content\r\nContent-Range: bytes \(start)-\(body.count - 1)/\(body.count)" : "200 OK"
        var rest = Data(body.dropFirst(start))
        switch mode {
        case .missing: (head, rest) = ("404 Not Found", Data("no such file".utf8))
        case .fails: (head, rest) = ("503 Service Unavailable", Data())
        default: if start >= body.count { (head, rest) = ("416 Range Not Satisfiable", Data()) }
        }
        let header = "HTTP/1.1 \(head)\r\nContent-Length: \(rest.count)\r\nConnection: close\r\n\r\n"
        send(Data(header.utf8), to: client)
        send(mode == .breaksHalfway ? rest.prefix(rest.count / 2) : rest, to: client)
    }

    private func send(_ data: Data, to client: Int32) {
        #if canImport(Glibc)
            let flags = Int32(MSG_NOSIGNAL)
        #else
            let flags: Int32 = 0
        #endif
        data.withUnsafeBytes { bytes in
            var sent = 0
            while sent < bytes.count {
                let count = Foundation.send(client, bytes.baseAddress?.advanced(by: sent), bytes.count - sent, flags)
                guard count > 0 else { return }
                sent += count
            }
        }
    }
}
