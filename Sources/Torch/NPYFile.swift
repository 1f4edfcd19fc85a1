import Files
import Foundation

/// Reads and writes arrays in NumPy's format; written is version 1.0.
public enum NPYFile {
    /// Writes `tensor` to `path`, whole or not at all, in row-major order; bfloat16 becomes float32.
    ///
    /// - Throws: `UserFacingError` when the folder is missing or not writable, or the disk is full.
    public static func write(_ tensor: Tensor, to path: String) throws {
        let tensor = tensor.dtype == .bfloat16 ? tensor.to(.float32) : tensor
        try AtomicFile.write(to: path) { file in
            try file.write(header(dtype: tensor.dtype, shape: tensor.shape))
            try tensor.write(to: file)
        }
    }

    /// Writes float32 rows that come piece by piece to `path`, whole or not at all, with memory for one piece.
    ///
    /// - Parameters:
    ///   - width: D, the numbers of a row.
    ///   - count: the most rows that may come.
    ///   - path: the file.
    ///   - body: appends pieces `[K, D]`.
    /// - Throws: what `body` throws, and `UserFacingError` when the folder is missing or not writable, or the disk is full.
    public static func write(
        rowsOf width: Int, atMost count: Int, to path: String,
        _ body: (_ append: (Tensor) throws -> Void) throws -> Void
    ) throws {
        try AtomicFile.write(to: path) { file in
            let reserved = header(dtype: .float32, shape: [count, width])
            try file.write(reserved)
            let rows = RowWriter(width: width, file: file)
            try body(rows.append)
            require(rows.count <= count, "NPYFile.write: expected at most \(count) rows, got \(rows.count)")
            try file.rewriteBeginning(
                header(dtype: .float32, shape: [rows.count, width], byteCount: reserved.count))
        }
    }

    private static func header(dtype: DType, shape: [Int], byteCount: Int = 0) -> Data {
        // A tuple of one has a comma after it in Python, longer ones have none.
        let sizes = shape.map { "\($0)" }.joined(separator: ", ") + (shape.count == 1 ? "," : "")
        var text = "{'descr': '\(descriptor(of: dtype))', 'fortran_order': False, 'shape': (\(sizes)), }"
        // The data begin at a multiple of 64 bytes, after magic (6), version (2), length (2) and the closing newline.
        let least = 10 + text.utf8.count + 1
        let padding = max((64 - least % 64) % 64, byteCount - least)
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
