import Files

/// Appends the numbers of float32 rows to a file, and counts the rows.
final class RowWriter {
    private(set) var count = 0

    private let width: Int
    private let file: FileWriter

    init(width: Int, file: FileWriter) {
        self.width = width
        self.file = file
    }

    /// Appends `rows`, `[K, D]`.
    func append(_ rows: Tensor) throws {
        require(
            rows.rank == 2 && rows.size(1) == width && rows.dtype == .float32,
            "RowWriter.append: expected float32 rows of \(width) numbers, got \(rows.dtype) \(rows.shape)")
        try rows.write(to: file)
        count += rows.size(0)
    }
}

extension Tensor {
    /// Appends the elements to `file`, in row-major order.
    func write(to file: FileWriter) throws {
        var bytes = [UInt8](repeating: 0, count: count * dtype.byteCount)
        bytes.withUnsafeMutableBytes { copy(to: $0) }
        try bytes.withUnsafeBytes { try file.write($0) }
    }
}
