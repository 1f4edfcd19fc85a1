import CZlib
import Files
public import Foundation

/// Gzip in memory: RFC 1952, with any number of members; checksum and length of each are verified.
public enum Gzip {
    /// Whether `data` starts as gzip does; a file's name says nothing.
    public static func isCompressed(_ data: Data) -> Bool {
        data.starts(with: [0x1F, 0x8B])
    }

    /// The bytes that `data` holds compressed.
    ///
    /// - Parameters:
    ///   - data: a whole gzip file.
    ///   - limit: the most bytes to accept; decompression stops there, however many would follow.
    ///   - path: the file that an error shall name.
    /// - Throws: `UserFacingError` when it is not gzip, is cut short, is damaged, holds more than `limit` bytes, or
    ///   something else follows.
    public static func decompress(_ data: Data, limit: Int, path: String) throws -> Data {
        let reader = GzipReader(data, path: path)
        var result = Data()
        var piece = [UInt8](repeating: 0, count: 1 << 16)
        while true {
            let count = try piece.withUnsafeMutableBytes { try reader.read(into: $0) }
            guard result.count + count <= limit else {
                throw UserFacingError(
                    path, field: "gzip", problem: "it holds more than the \(limit) bytes expected",
                    remedy: "check that it is the right file")
            }
            result.append(contentsOf: piece[..<count])
            if count < piece.count { return result }
        }
    }

    /// `data` compressed as one gzip member without a name or a time, so that equal bytes give equal files.
    public static func compress(_ data: Data) -> Data {
        // zlib keeps the address of its stream, which so must not move.
        let stream = UnsafeMutablePointer<z_stream>.allocate(capacity: 1)
        stream.initialize(to: z_stream())
        let size = Int32(MemoryLayout<z_stream>.size)
        let status = deflateInit2_(
            stream, Z_DEFAULT_COMPRESSION, Z_DEFLATED, MAX_WBITS + 16, 8, Z_DEFAULT_STRATEGY, ZLIB_VERSION, size)
        precondition(status == Z_OK, "deflateInit2: expected \(Z_OK), got \(status)")
        defer {
            deflateEnd(stream)
            stream.deallocate()
        }
        let pieceSize = 1 << 16
        var result = Data()
        var piece = [UInt8](repeating: 0, count: pieceSize)
        data.withUnsafeBytes { bytes in
            var position = 0
            repeat {
                let taken = min(bytes.count - position, pieceSize)
                let source = bytes.baseAddress?.advanced(by: position).assumingMemoryBound(to: UInt8.self)
                stream.pointee.next_in = UnsafeMutablePointer(mutating: source)
                stream.pointee.avail_in = UInt32(taken)
                position += taken
                repeat {
                    piece.withUnsafeMutableBufferPointer { output in
                        stream.pointee.next_out = output.baseAddress
                        stream.pointee.avail_out = UInt32(pieceSize)
                        _ = deflate(stream, position == bytes.count ? Z_FINISH : Z_NO_FLUSH)
                    }
                    result.append(contentsOf: piece[..<(pieceSize - Int(stream.pointee.avail_out))])
                } while stream.pointee.avail_out == 0
            } while position < bytes.count
        }
        return result
    }
}
