import CZlib
import Files
import Foundation

/// Decompresses gzip piece by piece, so that the caller decides how much it is ready to take.
final class GzipReader: ByteSource {
    private let path: String
    private let input: Data
    private var position = 0
    private var finished = false
    // zlib keeps the address of its stream, which so must not move.
    private let stream: UnsafeMutablePointer<z_stream>

    // Deflate's longest match is 258 bytes in 2 bits; RFC 1951.
    var mostBytes: Int { input.count.multipliedReportingOverflow(by: 1032).partialValue }

    init(_ input: Data, path: String) {
        self.input = input
        self.path = path
        stream = .allocate(capacity: 1)
        stream.initialize(to: z_stream())
        let status = inflateInit2_(stream, MAX_WBITS + 16, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size))
        precondition(status == Z_OK, "inflateInit2: expected \(Z_OK), got \(status)")
    }

    deinit {
        inflateEnd(stream)
        stream.deallocate()
    }

    func read(into output: UnsafeMutableRawBufferPointer) throws -> Int {
        var filled = 0
        while filled < output.count, !finished {
            filled += try inflateOnce(into: UnsafeMutableRawBufferPointer(rebasing: output[filled...]))
        }
        return filled
    }

    private func inflateOnce(into output: UnsafeMutableRawBufferPointer) throws -> Int {
        let piece = 1 << 30
        let taken = min(input.count - position, piece)
        let room = min(output.count, piece)
        let status = input.withUnsafeBytes { bytes in
            let source = bytes.baseAddress?.advanced(by: position).assumingMemoryBound(to: UInt8.self)
            stream.pointee.next_in = UnsafeMutablePointer(mutating: source)
            stream.pointee.avail_in = UInt32(taken)
            stream.pointee.next_out = output.baseAddress?.assumingMemoryBound(to: UInt8.self)
            stream.pointee.avail_out = UInt32(room)
            return inflate(stream, Z_NO_FLUSH)
        }
        position += taken - Int(stream.pointee.avail_in)
        switch status {
        case Z_OK: break
        case Z_STREAM_END: try startNextMember()
        case Z_BUF_ERROR: throw damaged("it ends after \(input.count) bytes, before its data does")
        case Z_MEM_ERROR: throw damaged("there is not enough memory to decompress it")
        default:
            let reason = stream.pointee.msg.map { String(cString: $0) } ?? "status \(status)"
            throw damaged("it is damaged near byte \(position) (\(reason))")
        }
        return room - Int(stream.pointee.avail_out)
    }

    private func startNextMember() throws {
        guard position < input.count else {
            finished = true
            return
        }
        guard Gzip.isCompressed(input.dropFirst(position)) else {
            throw damaged("\(input.count - position) bytes that are not gzip follow at byte \(position)")
        }
        inflateReset(stream)
    }

    private func damaged(_ problem: String) -> UserFacingError {
        UserFacingError(path, field: "gzip", problem: problem, remedy: "fetch or copy the file again")
    }
}
