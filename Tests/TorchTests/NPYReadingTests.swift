import Files
import Foundation
import Testing
import TestSupport
import Torch

/// Files as NumPy 2.4 writes them: `numpy.lib.format.write_array(file, array, version=version)`.
@Suite(.noLeaks) struct NPYReadingTests {
    private func file(_ header: String, _ data: [UInt8], version: UInt8 = 1) -> Data {
        let begin = version == 1 ? 10 : 12
        let text = header + String(repeating: " ", count: 127 - begin - header.utf8.count) + "\n"
        let length: [UInt8] = version == 1 ? [UInt8(text.utf8.count), 0] : [UInt8(text.utf8.count), 0, 0, 0]
        return Data([0x93] + Array("NUMPY".utf8) + [version, 0] + length + Array(text.utf8) + data)
    }

    private func header(_ descriptor: String, _ shape: String, fortran: Bool = false) -> String {
        "{'descr': '\(descriptor)', 'fortran_order': \(fortran ? "True" : "False"), 'shape': (\(shape)), }"
    }

    private func read(_ data: Data) throws -> Tensor {
        try withTemporaryFolder { folder in
            try data.write(to: URL(fileURLWithPath: "\(folder)/a.npy"))
            return try NPYFile.read("\(folder)/a.npy")
        }
    }

    @Test func everyTypeIsRead() throws {
        // numpy.array([[1.5, -2], [0.25, 65504]], "<f2")
        let half = try read(file(header("<f2", "2, 2"), [0x00, 0x3E, 0x00, 0xC0, 0x00, 0x34, 0xFF, 0x7B]))
        #expect(half.dtype == .float16)
        expectEqual(half.to(.float32), Tensor([1.5, -2, 0.25, 65504] as [Float], shape: [2, 2]))
        // numpy.array([0.1, -1e300])
        let double = try read(
            file(
                header("<f8", "2,"),
                [0x9A, 0x99, 0x99, 0x99, 0x99, 0x99, 0xB9, 0x3F, 0x9C, 0x75, 0x00, 0x88, 0x3C, 0xE4, 0x37, 0xFE]))
        expectEqual(double, Tensor([0.1, -1e300]))
        // numpy.array([-1, 2**40]), numpy.array([[7]], "<i4"), numpy.array([0, 255], "u1"), numpy.array([True, False])
        let long = try read(file(header("<i8", "2,"), [UInt8](repeating: 0xFF, count: 8) + [0, 0, 0, 0, 0, 1, 0, 0]))
        expectEqual(long, Tensor([-1, 1 << 40] as [Int64]))
        expectEqual(try read(file(header("<i4", "1, 1"), [7, 0, 0, 0])), Tensor([7] as [Int32], shape: [1, 1]))
        expectEqual(try read(file(header("|u1", "2,"), [0, 255])), Tensor([0, 255] as [UInt8]))
        expectEqual(try read(file(header("|b1", "2,"), [1, 0])), Tensor([true, false]))
    }

    /// `numpy.asfortranarray(numpy.arange(6, dtype="<f4").reshape(2, 3))`
    @Test func columnMajorOrderIsTurned() throws {
        let data: [UInt8] =
            [0, 0, 0, 0, 0, 0, 0x40, 0x40, 0, 0, 0x80, 0x3F] + [0, 0, 0x80, 0x40, 0, 0, 0, 0x40, 0, 0, 0xA0, 0x40]
        let tensor = try read(file(header("<f4", "2, 3", fortran: true), data))
        expectEqual(tensor, Tensor([0, 1, 2, 3, 4, 5] as [Float], shape: [2, 3]))
    }

    @Test func laterVersionsAndNoElementsAreRead() throws {
        let data: [UInt8] = [0, 0, 0x80, 0x3F, 0, 0, 0, 0x40]
        for version in [2, 3] as [UInt8] {
            expectEqual(try read(file(header("<f4", "2,"), data, version: version)), Tensor([1, 2] as [Float]))
        }
        #expect(try read(file(header("<f4", "0, 4"), [])).shape == [0, 4])
        #expect(try read(file(header("<f4", ""), [0, 0, 0x80, 0x3F])).shape == [])
    }

    @Test func whatIsWrittenIsRead() throws {
        var values: [Float] = [0, -0.0, .greatestFiniteMagnitude, .leastNonzeroMagnitude]
        values += (0..<56).map { 1 / Float($0 + 3) }
        for shape in [[60], [6, 10], [3, 4, 5], [1, 60, 1]] {
            try withTemporaryFolder { folder in
                try NPYFile.write(Tensor(values, shape: shape), to: "\(folder)/a.npy")
                expectEqual(try NPYFile.read("\(folder)/a.npy"), Tensor(values, shape: shape))
            }
        }
    }

    @Test func whatIsDamagedIsRefused() throws {
        let good = file(header("<f4", "2,"), [UInt8](repeating: 0, count: 8))
        var changed = good
        changed[6] = 9
        let cases: [(Data, String)] = [
            (Data(), "magic"), (Data("not an array of numbers".utf8), "magic"), (good.prefix(9), "magic"),
            (changed, "version"), (good.prefix(60), "header length"), (good.dropLast(), "size"), (good + [0], "size"),
            (file(header(">f4", "2,"), [UInt8](repeating: 0, count: 8)), "type"),
            (file(header("<c8", "1,"), [UInt8](repeating: 0, count: 8)), "type"),
            (file(header("|O", "1,"), [UInt8](repeating: 0, count: 8)), "type"),
            (file("{'descr': [('a', '<f4')], 'fortran_order': False, 'shape': (2,), }", []), "header"),
            (file("{'descr': '<f4', 'fortran_order': False, 'shape': (-2,), }", []), "header"),
            (file(header("<f4", "9223372036854775807, 9"), []), "shape"),
            (file(header("<f4", "99999999999999999999"), []), "shape"),
            (file(header("<f4", "0, 4611686018427387904, 4"), []), "shape"),
        ]
        for (data, field) in cases {
            let error = #expect(throws: UserFacingError.self) { _ = try read(data) }
            #expect(error?.field == field && error?.subject.hasSuffix("/a.npy") == true, "\(String(describing: error))")
        }
    }
}
