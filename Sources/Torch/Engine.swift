import CTorch
import Files

/// The loaded libtorch.
public enum Engine {
    /// The version that this program was compiled against, such as `2.13.0`.
    public static var compiledVersion: String { String(cString: ct_version_compiled()) }

    /// The version of the library that was loaded.
    public static var loadedVersion: String {
        var text: UnsafeMutablePointer<CChar>?
        Status.trapping("the version of libtorch", ct_version_loaded(&text))
        defer { ct_message_free(text) }
        return text.map { String(cString: $0) } ?? "unknown"
    }

    /// Checks that the loaded library is of the version that the program was compiled against, since minor versions
    /// promise no binary compatibility.
    ///
    /// - Throws: `UserFacingError` that says what to do.
    public static func checkVersion() throws {
        func minor(_ version: String) -> String {
            version.split(separator: ".").prefix(2).joined(separator: ".")
        }
        guard minor(loadedVersion) == minor(compiledVersion) else {
            throw UserFacingError(
                "libtorch", field: "version",
                problem: "this program was compiled against \(compiledVersion) but \(loadedVersion) was loaded",
                remedy: "run `make setup` and build again, or correct LIBTORCH and LD_LIBRARY_PATH")
        }
    }

    /// The most threads that can be asked for.
    public static let greatestThreadCount = 1024

    /// The number of threads that one operator uses on the processor.
    ///
    /// - Precondition: from 1 to ``greatestThreadCount``.
    public static var threadCount: Int {
        get { Int(ct_thread_count()) }
        set {
            require((1...greatestThreadCount).contains(newValue), "Engine.threadCount = \(newValue)")
            ct_set_thread_count(Int32(newValue))
        }
    }

    /// Makes memory of freed tensors stay with the program, and large tensors lie in large pages where the system has them.
    ///
    /// Otherwise each step of a training takes its memory anew, page by page, which is a tenth to a third of its time. Blocks of
    /// 32 MiB and more are given back still; of smaller ones half a gibibyte may be kept. For programs, once, before the first
    /// tensor; a setting of `THP_MEM_ALLOC_ENABLE` by the user prevails. Without glibc only the pages are large.
    public static func keepMemory() { ct_keep_memory() }

    /// The best instruction set that libtorch's own kernels use here, such as `AVX512`.
    public static var processorCapability: String { String(cString: ct_processor_capability()) }

    /// Whether the processor multiplies bfloat16 in hardware.
    public static var processorHasBFloat16: Bool { ct_processor_has_bfloat16() }
}
