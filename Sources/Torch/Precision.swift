import CTorch

/// The precision that convolutions and matrix products are computed in; parameters and losses stay in 32 bits.
public enum Precision: String, Sendable, CaseIterable, Codable {
    /// 32-bit floating point throughout.
    case fp32
    /// Products in bfloat16, which keeps the range of 32 bits and needs no scaling of losses.
    case bf16

    /// The fastest precision that the device computes in hardware.
    public static func best(for device: Device) -> Precision {
        switch device.kind {
        case .cpu: ct_processor_has_bfloat16() ? .bf16 : .fp32
        case .cuda: ct_accelerator_has_bfloat16() ? .bf16 : .fp32
        case .mps: .fp32
        }
    }
}

/// Runs `body` with products on `device` in `precision` on this thread: PyTorch's autocast.
public func withPrecision<Result>(
    _ precision: Precision, on device: Device, _ body: () throws -> Result
) rethrows -> Result {
    let enabled = ct_autocast_enabled(device.code)
    let dtype = ct_autocast_dtype(device.code)
    func set(_ enabled: Bool, _ dtype: Int32) {
        Status.trapping("withPrecision(\(precision), on: \(device))", ct_autocast_set(device.code, enabled, dtype))
    }
    set(precision != .fp32, precision == .fp32 ? dtype : DType.bfloat16.rawValue)
    ct_autocast_enter()
    defer {
        ct_autocast_leave()
        set(enabled, dtype)
    }
    return try body()
}
