import Files
import Foundation
import Torch

/// Reads arrays in NumPy's format.
enum NPYReader {
    private static let types: [String: DType] = [
        "|u1": .uint8, "|i1": .int8, "<i2": .int16, "<i4": .int32, "<i8": .int64, "<f2": .float16, "<f4": .float32,
        "<f8": .float64,
    ]

    /// The array in the file at `path`.
    ///
    /// - Throws: `UserFacingError` when it is no such file, is damaged, or holds what is read nowhere here.
    static func tensor(_ path: String) throws -> Tensor {
        let bytes = try InputFile.map(path)
        func refused(_ field: String, _ problem: String, _ remedy: String) -> UserFacingError {
            UserFacingError(path, field: field, problem: problem, remedy: remedy)
        }
        guard bytes.count >= 12, bytes.starts(with: [0x93] + "NUMPY".utf8) else {
            throw refused("magic", "is not that of a NumPy file", "save it with numpy.save")
        }
        let lengthSize = bytes[6] == 1 ? 2 : 4
        let length = (0..<lengthSize).reduce(0) { $0 | Int(bytes[8 + $1]) << (8 * $1) }
        let start = 8 + lengthSize + length
        guard start <= bytes.count else { throw refused("header", "is cut off", "copy the file again") }
        let header = String(decoding: bytes[8 + lengthSize..<start], as: UTF8.self)
        guard let descriptor = header.firstMatch(of: /'descr': *'([^']*)'/)?.1,
            let order = header.firstMatch(of: /'fortran_order': *(True|False)/)?.1,
            let sizes = header.firstMatch(of: /'shape': *\(([0-9, ]*)\)/)?.1
        else { throw refused("header", "does not tell type, order and shape", "save it with numpy.save") }
        guard let dtype = types[String(descriptor)] else {
            throw refused("type", "is \(descriptor)", "save numbers of 32 or 64 bits")
        }
        guard order == "False" else {
            throw refused("order", "is Fortran's", "save numpy.ascontiguousarray of it")
        }
        let shape = sizes.split(separator: ",").compactMap { Int($0.filter { $0 != " " }) }
        var size = dtype.byteCount
        for count in shape {
            let (product, overflows) = size.multipliedReportingOverflow(by: count)
            guard !overflows else { throw refused("shape", "is \(shape)", "save the file again") }
            size = product
        }
        guard bytes.count - start == size else {
            throw refused(
                "size", "\(bytes.count - start) bytes of numbers, the shape \(shape) has \(size)", "copy the file again"
            )
        }
        return bytes[start...].withUnsafeBytes { Tensor(bytes: $0, shape: shape, dtype: dtype) }
    }
}
