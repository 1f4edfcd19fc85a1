import Foundation

/// The addresses of this machine.
enum LocalAddress {
    /// The address from which packets to `host` leave, at which processes that reach that host reach this machine too; nil
    /// when there is no way to it.
    static func facing(host: String, port: Int) -> String? {
        var hints = addrinfo()
        hints.ai_family = AF_UNSPEC
        hints.ai_socktype = datagramType
        var list: UnsafeMutablePointer<addrinfo>?
        guard getaddrinfo(host, "\(port)", &hints, &list) == 0, let found = list else { return nil }
        defer { freeaddrinfo(list) }
        let descriptor = socket(found.pointee.ai_family, datagramType, 0)
        guard descriptor >= 0 else { return nil }
        defer { close(descriptor) }
        // Connecting a datagram socket sends nothing; it chooses the way.
        guard connect(descriptor, found.pointee.ai_addr, found.pointee.ai_addrlen) == 0 else { return nil }
        var address = sockaddr_storage()
        var length = socklen_t(MemoryLayout<sockaddr_storage>.size)
        return withUnsafeMutablePointer(to: &address) { storage in
            storage.withMemoryRebound(to: sockaddr.self, capacity: 1) { pointer in
                guard getsockname(descriptor, pointer, &length) == 0 else { return nil }
                var text = [CChar](repeating: 0, count: Int(NI_MAXHOST))
                let outcome = getnameinfo(
                    pointer, length, &text, socklen_t(text.count), nil, 0, NI_NUMERICHOST)
                guard outcome == 0 else { return nil }
                return String(decoding: text.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
            }
        }
    }

    #if canImport(Glibc)
        private static let datagramType = Int32(SOCK_DGRAM.rawValue)
    #else
        private static let datagramType = SOCK_DGRAM
    #endif
}
