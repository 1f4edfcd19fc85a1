import Datasets
import Files
import Foundation
import Testing

@Suite struct IDXFileTests {
    // python3: gzip.compress(struct.pack('>BBBBII', 0, 0, 8, 2, 2, 3) + bytes(range(6)), mtime=0)
    static let compressed = "H4sIAAAAAAACA2Ng4GBiYGAAYWYGRiZmFlYAJiwjVBIAAAA="
    // python3: struct.pack('>BBBBI3h', 0, 0, 11, 1, 3, 1, -2, 300)
    static let int16 = "AAALAQAAAAMAAf/+ASw="
    // python3: struct.pack('>BBBBI2i', 0, 0, 12, 1, 2, -1, 70000)
    static let int32 = "AAAMAQAAAAL/////AAERcA=="
    // python3: gzip.compress(struct.pack('>BBBBI', 0, 0, 8, 1, 1) + bytes(3000), mtime=0)
    static let bomb = "H4sIAAAAAAACA+3DsQ0AMAjAsLD1/4sRX3SwJdeb6gIAAJ9bncYKUcALAAA="

    static let known: [(base64: String, shape: [Int], elements: IDXFile.Elements)] = [
        (compressed, [2, 3], .bytes([0, 1, 2, 3, 4, 5])), (int16, [3], .int16([1, -2, 300])),
        (int32, [2], .int32([-1, 70_000])),
    ]

    @Test(arguments: known.indices) func reads(index: Int) throws {
        let (base64, shape, elements) = Self.known[index]
        let file = try withFile(bytes(base64)) { try IDXFile(contentsOf: $0) }
        #expect(file.shape == shape)
        #expect(file.elements == elements)
    }

    @Test(arguments: known.indices, [false, true]) func readsBackWhatItWrote(index: Int, compressed: Bool) throws {
        let (base64, shape, elements) = Self.known[index]
        try withScratchFolder { folder in
            let path = folder + "/array"
            try IDXFile(shape: shape, elements: elements).write(to: path, compressed: compressed)
            #expect(try IDXFile(contentsOf: path).elements == elements)
            if !compressed, index > 0 { #expect(try InputFile.map(path) == bytes(base64)) }
        }
    }

    static let plain: [UInt8] = [0, 0, 8, 1, 0, 0, 0, 3, 7, 8, 9]
    static let huge: [UInt8] = [0, 0, 8, 3] + [UInt8](repeating: 0xFF, count: 12)
    static let refusals: [(bytes: [UInt8], field: String, problem: String)] = [
        ([], "magic", "expected 4 bytes, got 0"),
        ([0, 1] + plain[2...], "magic", "expected 2 zero bytes, got 0 and 1"),
        ([0, 0, 13] + plain[3...], "element type", "got 13"),
        ([0, 0, 8, 0, 5], "dimension count", "expected at least 1, got 0"),
        ([0, 0, 8, 2, 0, 0, 0, 3], "dimensions", "expected 8 bytes, got 4"),
        (plain.dropLast(), "dimensions", "promises [3] elements of 1 bytes, more than the file can hold"),
        (plain + [1], "elements", "bytes follow after the 3"),
        (huge, "dimensions", "more than the file can hold"),
        ([0, 0, 12, 1, 0xFF, 0xFF, 0xFF, 0xFF], "dimensions", "elements of 4 bytes, more than the file can hold"),
    ]

    @Test(arguments: refusals.indices, [false, true]) func refuses(index: Int, compressed: Bool) throws {
        let (bytes, field, problem) = Self.refusals[index]
        let data = compressed ? Gzip.compress(Data(bytes)) : Data(bytes)
        try withFile(data) { path in
            if compressed, bytes == Self.plain.dropLast() {
                expectRefusal(path, "elements", "expected 3 bytes, got 2", "fetch") {
                    _ = try IDXFile(contentsOf: path)
                }
            } else {
                expectRefusal(path, field, problem, "; ") { _ = try IDXFile(contentsOf: path) }
            }
        }
    }

    @Test func stopsAtTheFirstByteTooMany() throws {
        try withFile(bytes(Self.bomb)) { path in
            expectRefusal(path, "elements", "bytes follow after the 1 that", "fetch") {
                _ = try IDXFile(contentsOf: path)
            }
        }
    }

    @Test func refusesDamagedCompression() throws {
        try withFile(bytes(Self.compressed).dropLast(4)) { path in
            expectRefusal(path, "gzip", "it ends after", "fetch") { _ = try IDXFile(contentsOf: path) }
        }
    }

    @Test func refusesAMissingFileAndAFolder() throws {
        try withScratchFolder { folder in
            expectRefusal(folder + "/none", "does not exist", "check") { _ = try IDXFile(contentsOf: folder + "/none") }
            expectRefusal(folder, "is a folder", "name a file") { _ = try IDXFile(contentsOf: folder) }
        }
    }

    private func withFile<Result>(_ data: Data, _ body: (String) throws -> Result) throws -> Result {
        try withScratchFolder { folder in
            try data.write(to: URL(fileURLWithPath: folder + "/file.idx"))
            return try body(folder + "/file.idx")
        }
    }
}
