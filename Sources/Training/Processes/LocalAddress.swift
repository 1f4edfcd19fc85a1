import Foundation

/// The addresses of this machine.
enum LocalAddress {
    /// The address from which packets to `host` leave, at which processes that reach that host reach this machine too; nil
    /// when there is no way to it.
    ///
    /// - Parameter reachesOthers: whether other machines must reach this one. The name of a machine often means, on itself, the
    ///   address at which it alone is reached; then it is the first address of an interface.
    static func facing(host: String, port: Int, reachesOthers: Bool) -> String? {
        let address = facing(host: host, port: port)
        guard reachesOthers, address.map({ $0.hasPrefix("127.") || $0 == "::1" }) ?? true else { return address }
        return ofInterface() ?? address
    }

    private static func facing(host: String, port: Int) -> String? {
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
                getsockname(descriptor, pointer, &length) == 0 ? text(of: pointer, length) : nil
            }
        }
    }

    /// The first address of the fourth version at which other machines may reach this one.
    private static func ofInterface() -> String? {
        var list: UnsafeMutablePointer<ifaddrs>?
        guard getifaddrs(&list) == 0 else { return nil }
        defer { freeifaddrs(list) }
        var next = list
        while let entry = next?.pointee {
            next = entry.ifa_next
            guard let address = entry.ifa_addr, address.pointee.sa_family == AF_INET,
                entry.ifa_flags & UInt32(up) != 0, entry.ifa_flags & UInt32(loopback) == 0
            else { continue }
            return text(of: address, socklen_t(MemoryLayout<sockaddr_in>.size))
        }
        return nil
    }

    private static func text(of address: UnsafePointer<sockaddr>, _ length: socklen_t) -> String? {
        var text = [CChar](repeating: 0, count: Int(NI_MAXHOST))
        guard getnameinfo(address, length, &text, socklen_t(text.count), nil, 0, NI_NUMERICHOST) == 0 else {
            return nil
        }
        return String(decoding: text.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
    }

    private static let (up, loopback) = (IFF_UP, IFF_LOOPBACK)

    #if canImport(Glibc)
        private static let datagramType = Int32(SOCK_DGRAM.rawValue)
    #else
        private static let datagramType = SOCK_DGRAM
    #endif
}
