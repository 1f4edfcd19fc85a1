import Foundation

#if canImport(FoundationNetworking)
    import FoundationNetworking
#endif

/// One request of a ``Download``, which appends what arrives to a part file.
///
/// The session calls it on one serial queue, and `run` reads the result only after the last call, so nothing is shared.
final class Transfer: NSObject, URLSessionDataDelegate, @unchecked Sendable {
    enum Reply {
        /// The server sent all it announced.
        case received
        /// The server has nothing after what is there already.
        case nothingLeft
        case refused(status: Int)
        case unreachable(String)
        case broken(String)
    }

    private let part: PartFile
    private let handle: FileHandle
    private let progress: Download.Progress
    private let done = DispatchSemaphore(value: 0)
    private var received: Int
    private var total: Int?
    private var status: Int?
    private var completion: (any Error)?
    private var writeError: (any Error)?

    private init(_ part: PartFile, resumingFrom offset: Int, progress: @escaping Download.Progress) throws {
        self.part = part
        self.progress = progress
        received = offset
        handle = try part.open()
    }

    /// Asks for the bytes of `url` from `offset` on and waits for the end.
    ///
    /// - Throws: when the part cannot be written.
    static func run(
        _ url: URL, into part: PartFile, resumingFrom offset: Int, progress: @escaping Download.Progress
    ) throws -> Reply {
        let transfer = try Transfer(part, resumingFrom: offset, progress: progress)
        defer { try? transfer.handle.close() }
        let configuration = URLSessionConfiguration.ephemeral
        configuration.timeoutIntervalForRequest = 60
        configuration.requestCachePolicy = .reloadIgnoringLocalCacheData
        var request = URLRequest(url: url)
        // Otherwise a server may label the very file as compressed and have it unpacked on the way.
        request.setValue("identity", forHTTPHeaderField: "Accept-Encoding")
        if offset > 0 { request.setValue("bytes=\(offset)-", forHTTPHeaderField: "Range") }
        let session = URLSession(configuration: configuration, delegate: transfer, delegateQueue: nil)
        session.dataTask(with: request).resume()
        transfer.done.wait()
        session.finishTasksAndInvalidate()
        return try transfer.reply()
    }

    func urlSession(
        _ session: URLSession, dataTask: URLSessionDataTask, didReceive response: URLResponse,
        completionHandler: @escaping @Sendable (URLSession.ResponseDisposition) -> Void
    ) {
        let response = response as? HTTPURLResponse
        status = response?.statusCode
        do {
            switch status {
            case 200:
                try part.truncate(handle)
                received = 0
            case 206 where response?.value(forHTTPHeaderField: "Content-Range")?.hasPrefix("bytes \(received)-") == true:
                break
            default:
                // A piece of another place is of no use, and asking for it again would not help: start from the front.
                if status == 206 { try part.truncate(handle) }
                completionHandler(.cancel)
                return
            }
        } catch {
            writeError = error
            completionHandler(.cancel)
            return
        }
        if let length = response?.expectedContentLength, length >= 0 { total = received + Int(length) }
        completionHandler(.allow)
    }

    func urlSession(_ session: URLSession, dataTask: URLSessionDataTask, didReceive data: Data) {
        guard writeError == nil, status == 200 || status == 206 else { return }
        do {
            try part.append(data, to: handle)
        } catch {
            writeError = error
            dataTask.cancel()
            return
        }
        received += data.count
        progress(received, total)
    }

    func urlSession(_ session: URLSession, task: URLSessionTask, didCompleteWithError error: (any Error)?) {
        completion = error
        done.signal()
    }

    private func reply() throws -> Reply {
        if let writeError { throw writeError }
        guard let status else { return .unreachable(completion.map(Self.reason) ?? "no answer") }
        switch status {
        case 416: return .nothingLeft
        case 200, 206: break
        default: return .refused(status: status)
        }
        if let completion { return .broken(Self.reason(completion)) }
        if let total, received != total { return .broken("\(total) bytes were announced") }
        return .received
    }

    private static func reason(_ error: any Error) -> String {
        (error as NSError).localizedDescription
    }
}
