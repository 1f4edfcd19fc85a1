#if os(Linux)
    import Foundation
    import Testing

    /// Two network namespaces with a cable between them.
    struct Namespaces {
        /// The words before a command that run it in the first one.
        let first: [String]
        /// The words before a command that run it in the second one.
        let second: [String]
        /// Where the first one is reached.
        let firstAddress = "10.77.0.1"

        /// Whether this user may make them.
        static let areAllowed: Bool = {
            guard getuid() == 0 else { return false }
            let name = "hypersphere-probe-\(getpid())"
            defer { _ = try? shell("ip netns del \(name) 2>/dev/null") }
            return (try? shell("ip netns add \(name)")) == 0
        }()

        static func inPair(_ body: (Namespaces) throws -> Void) throws {
            let (left, right) = ("hypersphere-a-\(getpid())", "hypersphere-b-\(getpid())")
            // Names of interfaces have 15 characters at most.
            let (near, far) = ("hsa\(getpid())", "hsb\(getpid())")
            defer { _ = try? shell("ip netns del \(left); ip netns del \(right)") }
            let made = try shell(
                """
                set -e
                ip netns add \(left)
                ip netns add \(right)
                ip link add \(near) netns \(left) type veth peer name \(far) netns \(right)
                ip -n \(left) addr add 10.77.0.1/24 dev \(near)
                ip -n \(right) addr add 10.77.0.2/24 dev \(far)
                for name in \(left) \(right); do ip -n $name link set lo up; done
                ip -n \(left) link set \(near) up
                ip -n \(right) link set \(far) up
                """)
            try #require(made == 0)
            try body(
                Namespaces(
                    first: ["ip", "netns", "exec", left], second: ["ip", "netns", "exec", right]))
        }

        private static func shell(_ script: String) throws -> Int32 {
            let process = Process()
            process.executableURL = URL(fileURLWithPath: "/bin/sh")
            process.arguments = ["-c", script]
            process.standardOutput = FileHandle.nullDevice
            process.standardError = FileHandle.nullDevice
            try process.run()
            process.waitUntilExit()
            return process.terminationStatus
        }
    }
#endif
