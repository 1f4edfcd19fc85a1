import CTorch
import Files

/// Where a tensor lives and is computed.
public struct Device: Sendable, Hashable, CustomStringConvertible {
    /// The kind of a device.
    public enum Kind: Int32, Sendable, CaseIterable {
        case cpu = 0
        case cuda = 1
        case mps = 13
    }

    /// The kind.
    public let kind: Kind

    /// Which of several devices of the kind.
    public let index: Int

    /// Creates the name of a device, which need not exist.
    public init(_ kind: Kind, index: Int = 0) {
        self.kind = kind
        self.index = index
    }

    /// The processor.
    public static let cpu = Device(.cpu)

    /// A CUDA device.
    public static func cuda(_ index: Int = 0) -> Device { Device(.cuda, index: index) }

    /// Apple's GPU.
    public static let mps = Device(.mps)

    /// The name as PyTorch writes it: `cpu`, `cuda:1`, `mps`.
    public var description: String {
        switch kind {
        case .cpu: "cpu"
        case .cuda: "cuda:\(index)"
        case .mps: "mps"
        }
    }

    /// How many devices of a kind this machine and this build of libtorch offer.
    public static func count(of kind: Kind) -> Int {
        kind == .cpu ? 1 : Int(ct_accelerator_count(Device(kind).code))
    }

    /// The device to use for `name`, and, for `auto`, why it is not a better one.
    ///
    /// - Parameter name: `auto` for the best that there is, or `cpu`, `cuda`, `cuda:1`, `mps`.
    /// - Throws: `UserFacingError` when the name is unknown or the device is not there.
    public static func choose(_ name: String) throws -> (device: Device, reason: String) {
        if name == "auto" {
            if count(of: .cuda) > 0 { return (.cuda(), "CUDA is there") }
            if count(of: .mps) > 0 { return (.mps, "Metal is there") }
            return (.cpu, "this libtorch sees no GPU")
        }
        let parts = name.split(separator: ":", omittingEmptySubsequences: false)
        let kind = Kind.allCases.first { "\($0)" == parts.first.map(String.init) }
        guard let kind, parts.count <= 2, let index = parts.count == 2 ? Int(parts[1]) : 0, index >= 0 else {
            throw UserFacingError(
                name, field: "device", problem: "is not a device", remedy: "use auto, cpu, cuda, cuda:N or mps")
        }
        guard index < count(of: kind) else {
            throw UserFacingError(
                name, field: "device", problem: "there are \(count(of: kind)) of its kind here",
                remedy: "use cpu, or a libtorch built for this GPU (LIBTORCH)")
        }
        return (Device(kind, index: index), "asked for")
    }

    /// Waits until all work given to the device is done, so that a clock read afterwards tells the truth.
    public func synchronize() {
        guard kind != .cpu else { return }
        Status.trapping("synchronize(\(self))", ct_accelerator_synchronize(code))
    }

    var code: CTDevice { kind.rawValue * 256 + Int32(index) }

    init(code: CTDevice) {
        guard let kind = Kind(rawValue: code / 256) else {
            fatalError("a tensor lives on a device of the unknown type \(code / 256)")
        }
        self.init(kind, index: Int(code % 256))
    }
}
