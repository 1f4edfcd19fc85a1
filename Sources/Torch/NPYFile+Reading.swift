import Files
import Foundation

extension NPYFile {
    private static let magic: [UInt8] = [0x93] + Array("NUMPY".utf8)

    private static let types: [(descriptor: String, dtype: DType)] = [
        ("f2", .float16), ("f4", .float32), ("f8", .float64), ("i1", .int8), ("i2", .int16), ("i4", .int32),
        ("i8", .int64), ("u1", .uint8), ("b1", .bool),
    ]

    private static let damaged = "the file is damaged or no .npy file; write it again with numpy.save"

    /// What the header says.
    private struct Header {
        let dtype: DType
        let isColumnMajor: Bool
        let shape: [Int]
        /// Where the header ends and the elements begin.
        let end: Int
    }

    /// Reads the array at `path`, of row-major or column-major order, in its own type and shape.
    ///
    /// Floating-point numbers of 16, 32 and 64 bits, signed integers, bytes and truth values are read, little-endian.
    ///
    /// - Parameter path: a file of `numpy.save`, of the format's version 1, 2 or 3.
    /// - Throws: `UserFacingError` that names the file and the part that is wrong: a type that is not read, a damaged header, or
    ///   more or fewer bytes than the shape needs.
    public static func read(_ path: String) throws -> Tensor {
        let bytes = try InputFile.map(path)
        let header = try header(of: bytes, path: path)
        // Counted as if no length were zero, since libtorch does so for the strides.
        var size = header.dtype.byteCount
        for length in header.shape {
            let (product, isTooLarge) = size.multipliedReportingOverflow(by: max(length, 1))
            guard !isTooLarge else {
                throw UserFacingError(path, field: "shape", problem: "\(header.shape) is too large", remedy: damaged)
            }
            size = product
        }
        if header.shape.contains(0) { size = 0 }
        let found = bytes.count - header.end
        guard found == size else {
            throw UserFacingError(
                path, field: "size",
                problem: "\(found) bytes follow the header, the shape \(header.shape) needs \(size)",
                remedy: damaged)
        }
        // Column-major order is row-major order of the axes the other way round.
        let shape = header.isColumnMajor ? header.shape.reversed() : header.shape
        let tensor = bytes.withUnsafeBytes { all in
            Tensor(bytes: UnsafeRawBufferPointer(rebasing: all[header.end...]), shape: shape, dtype: header.dtype)
        }
        return header.isColumnMajor ? tensor.permuted(Array(shape.indices.reversed())).contiguous() : tensor
    }

    private static func header(of bytes: Data, path: String) throws -> Header {
        func failure(_ field: String, _ problem: String, _ remedy: String = damaged) -> UserFacingError {
            UserFacingError(path, field: field, problem: problem, remedy: remedy)
        }
        guard bytes.starts(with: magic), bytes.count >= 10 else {
            throw failure("magic", "it does not begin as a NumPy file does")
        }
        let version = bytes[6]
        guard (1...3).contains(version), version == 1 || bytes.count >= 12 else {
            throw failure("version", "is \(version), known are 1, 2 and 3")
        }
        let start = version == 1 ? 10 : 12
        let length = bytes[8..<start].reversed().reduce(0) { $0 << 8 | Int($1) }
        guard length <= bytes.count - start else {
            throw failure("header length", "it says \(length), but only \(bytes.count - start) bytes follow")
        }
        let text = String(decoding: bytes[start..<start + length], as: UTF8.self)
        guard let descriptor = text.firstMatch(of: /'descr'\s*:\s*'([^']*)'/)?.1,
            let order = text.firstMatch(of: /'fortran_order'\s*:\s*(True|False)/)?.1,
            let sizes = text.firstMatch(of: /'shape'\s*:\s*\(([0-9, ]*)\)/)?.1
        else {
            throw failure(
                "header", "it does not tell one type, order and shape", "save a plain array of numbers with numpy.save")
        }
        let isLittleEndian = !descriptor.hasPrefix(">")
        guard isLittleEndian, let type = types.first(where: { descriptor.dropFirst() == $0.descriptor }) else {
            throw failure(
                "type", "is \(descriptor), which is not read",
                "save embeddings as float32 and labels as int64, as numpy.save(file, array.astype('<f4')) does")
        }
        let shape = sizes.split(whereSeparator: { ", ".contains($0) }).map { Int($0) }
        guard !shape.contains(nil) else { throw failure("shape", "(\(sizes)) is too large") }
        return Header(
            dtype: type.dtype, isColumnMajor: order == "True", shape: shape.compactMap(\.self), end: start + length)
    }
}
