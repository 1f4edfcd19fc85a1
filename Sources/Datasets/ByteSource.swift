import Foundation

/// Bytes that are read from front to back, plain or decompressed on the way.
protocol ByteSource {
    /// No more bytes than these can come.
    var mostBytes: Int { get }

    /// Fills `output` and returns how many bytes it got: fewer than there is room for only at the end.
    func read(into output: UnsafeMutableRawBufferPointer) throws -> Int
}

/// The bytes of a file as they are.
final class PlainReader: ByteSource {
    private let input: Data
    private var position = 0

    var mostBytes: Int { input.count }

    init(_ input: Data) {
        self.input = input
    }

    func read(into output: UnsafeMutableRawBufferPointer) -> Int {
        let rest = input.dropFirst(position).prefix(output.count)
        rest.copyBytes(to: output)
        position += rest.count
        return rest.count
    }
}
