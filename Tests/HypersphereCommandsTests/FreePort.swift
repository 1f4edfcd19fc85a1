import Foundation

/// A port of this machine that nobody listened on a moment ago.
final class FreePort {
    let number: Int
    private let descriptor: Int32

    struct NoPort: Error {}

    init() throws {
        #if canImport(Glibc)
            descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        #else
            descriptor = socket(AF_INET, SOCK_STREAM, 0)
        #endif
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let outcome = withUnsafeMutablePointer(to: &address) { [descriptor] pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(descriptor, $0, length) == 0 && getsockname(descriptor, $0, &length) == 0
            }
        }
        guard outcome else { throw NoPort() }
        number = Int(UInt16(bigEndian: address.sin_port))
        close(descriptor)
    }

    /// Listens on the port meanwhile.
    func whileListening<Result>(_ body: () throws -> Result) throws -> Result {
        #if canImport(Glibc)
            let listener = socket(AF_INET6, Int32(SOCK_STREAM.rawValue), 0)
        #else
            let listener = socket(AF_INET6, SOCK_STREAM, 0)
        #endif
        defer { close(listener) }
        var address = sockaddr_in6()
        address.sin6_family = sa_family_t(AF_INET6)
        address.sin6_port = UInt16(number).bigEndian
        let outcome = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(listener, $0, socklen_t(MemoryLayout<sockaddr_in6>.size)) == 0 && listen(listener, 1) == 0
            }
        }
        guard outcome else { throw NoPort() }
        return try body()
    }
}
