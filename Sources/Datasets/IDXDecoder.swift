import Files
import Foundation

/// Reads one IDX array and believes nothing that its header says before it is checked.
struct IDXDecoder {
    let source: any ByteSource
    let path: String

    func decode() throws -> IDXFile {
        let magic = try read(4, field: "magic")
        guard magic[0] == 0, magic[1] == 0 else {
            throw refuse("magic", "expected 2 zero bytes, got \(magic[0]) and \(magic[1])", remedy: "give an IDX file")
        }
        let elementSizes: [UInt8: Int] = [0x08: 1, 0x0B: 2, 0x0C: 4]
        guard let elementSize = elementSizes[magic[2]] else {
            throw refuse(
                "element type", "expected 8 (bytes), 11 (16-bit) or 12 (32-bit), got \(magic[2])",
                remedy: "convert the file to one of these")
        }
        let rank = Int(magic[3])
        guard rank > 0 else {
            throw refuse(
                "dimension count", "expected at least 1, got 0", remedy: "give an IDX file of images or labels")
        }
        let shape = bigEndian(UInt32.self, try read(4 * rank, field: "dimensions")).map { Int($0) }
        let headerSize = 4 + 4 * rank
        guard let size = (shape + [elementSize]).checkedProduct, size <= source.mostBytes - headerSize else {
            throw refuse(
                "dimensions",
                "the header promises \(shape) elements of \(elementSize) bytes, more than the file can hold",
                remedy: "fetch or copy the file again")
        }
        let bytes = try read(size, field: "elements")
        guard try bytesLeft() == 0 else {
            throw refuse(
                "elements", "bytes follow after the \(size) that the header promises",
                remedy: "fetch or copy the file again")
        }
        switch magic[2] {
        case 0x08: return IDXFile(shape: shape, elements: .bytes(bytes))
        case 0x0B: return IDXFile(shape: shape, elements: .int16(bigEndian(Int16.self, bytes)))
        default: return IDXFile(shape: shape, elements: .int32(bigEndian(Int32.self, bytes)))
        }
    }

    private func read(_ count: Int, field: String) throws -> [UInt8] {
        let bytes = try [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
            filled = try source.read(
                into: UnsafeMutableRawBufferPointer(rebasing: UnsafeMutableRawBufferPointer(buffer)[..<count]))
        }
        guard bytes.count == count else {
            throw refuse(
                field, "expected \(count) bytes, got \(bytes.count)", remedy: "fetch or copy the file again")
        }
        return bytes
    }

    private func bytesLeft() throws -> Int {
        var byte: UInt8 = 0
        return try withUnsafeMutableBytes(of: &byte) { try source.read(into: $0) }
    }

    private func bigEndian<Number: FixedWidthInteger>(_: Number.Type, _ bytes: [UInt8]) -> [Number] {
        bytes.withUnsafeBytes { buffer in
            stride(from: 0, to: buffer.count, by: MemoryLayout<Number>.size).map {
                Number(bigEndian: buffer.loadUnaligned(fromByteOffset: $0, as: Number.self))
            }
        }
    }

    private func refuse(_ field: String, _ problem: String, remedy: String) -> UserFacingError {
        UserFacingError(path, field: field, problem: problem, remedy: remedy)
    }
}
