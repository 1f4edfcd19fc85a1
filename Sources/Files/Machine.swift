import Foundation

/// Facts about this machine that each system tells in its own way.
public enum Machine {
    /// The processor's name as its maker writes it; the architecture where that cannot be read.
    public static var processorName: String {
        #if os(Linux)
            let text = (try? String(contentsOfFile: "/proc/cpuinfo", encoding: .utf8)) ?? ""
            let line = text.split(separator: "\n").first { $0.hasPrefix("model name") }
            return line?.split(separator: ":").last.map { $0.trimmingCharacters(in: .whitespaces) } ?? architecture
        #else
            var size = 0
            guard sysctlbyname("machdep.cpu.brand_string", nil, &size, nil, 0) == 0, size > 0 else {
                return architecture
            }
            var name = [UInt8](repeating: 0, count: size)
            guard sysctlbyname("machdep.cpu.brand_string", &name, &size, nil, 0) == 0 else { return architecture }
            return String(decoding: name.prefix { $0 != 0 }, as: UTF8.self)
        #endif
    }

    /// The most memory that this process has held so far, in bytes.
    public static var peakMemory: Int {
        var usage = rusage()
        #if os(Linux)
            getrusage(.init(RUSAGE_SELF.rawValue), &usage)
            return usage.ru_maxrss * 1024
        #else
            getrusage(RUSAGE_SELF, &usage)
            return usage.ru_maxrss
        #endif
    }

    private static var architecture: String {
        #if arch(x86_64)
            "x86-64"
        #else
            "arm64"
        #endif
    }
}
