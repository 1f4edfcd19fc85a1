import Files
import Foundation

/// Reads and writes arrays in NumPy's format; written is version 1.0.
public enum NPYFile {
    /// Writes `tensor` to `path`, whole or not at all, in row-major order; bfloat16 becomes float32.
    ///
    /// - Throws: `UserFacingError` when the folder is missing or not writable, or the disk is full.
    public static func write(_ tensor: Tensor, to path: String) throws {
        let tensor = tensor.dtype == .bfloat16 ? tensor.to(.float32) : tensor
        var bytes = [UInt8](repeating: 0, count: tensor.count * tensor.dtype.byteCount)
        bytes.withUnsafeMutableBytes { tensor.copy(to: $0) }
        try AtomicFile.write(to: path) { file in
            try file.write(header(dtype: tensor.dtype, shape: tensor.shape))
            try bytes.withUnsafeBytes { try file.write($0) }
        }
    }

    private static func header(dtype: DType, shape: [Int]) -> Data {
        // A tuple of one has a comma after it in Python, longer ones have none.
        let sizes = shape.map { "\($0)" }.joined(separator: ", ") + (shape.count == 1 ? "," : "")
        var text = "{'descr': '\(descriptor(of: dtype))', 'fortran_order': False, 'shape': (\(sizes)), }"
        // The data begin at a multiple of 64 bytes, after magic (6), version (2), length (2) and the closing newline.
        let padding = (64 - (10 + text.utf8.count + 1) % 64) % 64
        text += String(repeating: " ", count: padding) + "\n"
        let count = UInt16(text.utf8.count)
        return Data([0x93] + "NUMPY".utf8 + [1, 0, UInt8(count & 0xFF), UInt8(count >> 8)]) + Data(text.utf8)
    }

    private static func descriptor(of dtype: DType) -> String {
        switch dtype {
        case .uint8: "|u1"
        case .int8: "|i1"
        case .bool: "|b1"
        case .int16: "<i2"
        case .int32: "<i4"
        case .int64: "<i8"
        case .float16: "<f2"
        case .float32, .bfloat16: "<f4"
        case .float64: "<f8"
        }
    }
}
