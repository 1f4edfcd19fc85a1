import Foundation

/// The cyclic redundancy check of TFRecord files. Castagnoli et al., "Optimization of cyclic redundancy-check codes with
/// 24 and 32 parity bits", IEEE Transactions on Communications, 1993; bit order and inversions of RFC 3720, section 12.1.
enum CRC32C {
    private static let table: [UInt32] = (0..<256).map { byte in
        (0..<8).reduce(UInt32(byte)) { remainder, _ in
            remainder & 1 == 1 ? (remainder >> 1) ^ 0x82F6_3B78 : remainder >> 1
        }
    }

    static func checksum(_ bytes: Data) -> UInt32 {
        ~bytes.reduce(UInt32.max) { remainder, byte in
            table[Int(UInt8(truncatingIfNeeded: remainder) ^ byte)] ^ (remainder >> 8)
        }
    }

    /// The checksum as TFRecord stores it: rotated and shifted, because the check of bytes that contain their own check
    /// is weak.
    static func masked(_ bytes: Data) -> UInt32 {
        let checksum = checksum(bytes)
        return ((checksum >> 15) | (checksum << 17)) &+ 0xA282_EAD8
    }
}
