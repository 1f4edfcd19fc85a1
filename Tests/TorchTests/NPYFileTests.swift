import Files
import Foundation
import Testing
import TestSupport
import Torch

/// Against what NumPy 2.4 writes: `numpy.lib.format.write_array(file, array, version=(1, 0))`.
@Suite(.noLeaks) struct NPYFileTests {
    private func expectBytes(
        of tensor: Tensor, header: String, data: [UInt8], sourceLocation: SourceLocation = #_sourceLocation
    ) throws {
        let bytes = try withTemporaryFolder { folder in
            try NPYFile.write(tensor, to: "\(folder)/a.npy")
            return [UInt8](try InputFile.map("\(folder)/a.npy"))
        }
        #expect(Array(bytes.prefix(10)) == [0x93] + "NUMPY".utf8 + [1, 0, 0x76, 0], sourceLocation: sourceLocation)
        let padded = header + String(repeating: " ", count: 117 - header.utf8.count) + "\n"
        let found = String(decoding: bytes.dropFirst(10).prefix(118), as: UTF8.self)
        #expect(found == padded, sourceLocation: sourceLocation)
        #expect(Array(bytes.dropFirst(128)) == data, sourceLocation: sourceLocation)
    }

    @Test func matrix() throws {
        // numpy.array([[1.5, -2.0], [0, 1]])
        try expectBytes(
            of: Tensor([1.5, -2, 0, 1], shape: [2, 2]),
            header: "{'descr': '<f8', 'fortran_order': False, 'shape': (2, 2), }",
            data: [0, 0, 0, 0, 0, 0, 0xF8, 0x3F, 0, 0, 0, 0, 0, 0, 0, 0xC0] + [0, 0, 0, 0, 0, 0, 0, 0]
                + [0, 0, 0, 0, 0, 0, 0xF0, 0x3F])
    }

    @Test func viewsAreWrittenInRowMajorOrder() throws {
        try expectBytes(
            of: Tensor([1, 2, 3, 4] as [UInt8], shape: [2, 2]).transposed(),
            header: "{'descr': '|u1', 'fortran_order': False, 'shape': (2, 2), }", data: [1, 3, 2, 4])
    }

    @Test func fourDimensions() throws {
        try expectBytes(
            of: Tensor((0..<12).map { UInt8($0) }, shape: [2, 1, 3, 2]),
            header: "{'descr': '|u1', 'fortran_order': False, 'shape': (2, 1, 3, 2), }", data: Array(0..<12))
    }

    @Test func scalar() throws {
        // numpy.array(2.5, numpy.float32)
        try expectBytes(
            of: Tensor(Float(2.5)), header: "{'descr': '<f4', 'fortran_order': False, 'shape': (), }",
            data: [0, 0, 0x20, 0x40])
    }

    @Test func empty() throws {
        try expectBytes(
            of: Tensor([] as [Float], shape: [0, 3]),
            header: "{'descr': '<f4', 'fortran_order': False, 'shape': (0, 3), }", data: [])
    }

    @Test func oneDimension() throws {
        try expectBytes(
            of: Tensor([1, 2, 3] as [Int64]), header: "{'descr': '<i8', 'fortran_order': False, 'shape': (3,), }",
            data: [1, 0, 0, 0, 0, 0, 0, 0, 2, 0, 0, 0, 0, 0, 0, 0, 3, 0, 0, 0, 0, 0, 0, 0])
    }

    @Test(arguments: [
        (DType.uint8, "|u1", [5, 1] as [UInt8]), (.int8, "|i1", [5, 1]), (.bool, "|b1", [1, 1]),
        (.int16, "<i2", [5, 0, 1, 0]), (.int32, "<i4", [5, 0, 0, 0, 1, 0, 0, 0]),
        (.int64, "<i8", [5, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0]), (.float16, "<f2", [0, 0x45, 0, 0x3C]),
        (.float32, "<f4", [0, 0, 0xA0, 0x40, 0, 0, 0x80, 0x3F]),
        (.float64, "<f8", [0, 0, 0, 0, 0, 0, 0x14, 0x40, 0, 0, 0, 0, 0, 0, 0xF0, 0x3F]),
        // NumPy has no bfloat16, which is written as float32.
        (.bfloat16, "<f4", [0, 0, 0xA0, 0x40, 0, 0, 0x80, 0x3F]),
    ])
    func everyType(dtype: DType, descriptor: String, data: [UInt8]) throws {
        // numpy.array([5, 1], descriptor)
        try expectBytes(
            of: Tensor([5.0, 1.0]).to(dtype),
            header: "{'descr': '\(descriptor)', 'fortran_order': False, 'shape': (2,), }", data: data)
    }

    @Test func refusesAFolderThatIsNotThere() throws {
        try withTemporaryFolder { folder in
            let error = try #require(throws: UserFacingError.self) {
                try NPYFile.write(Tensor([1.0]), to: "\(folder)/none/a.npy")
            }
            #expect(error.subject == "\(folder)/none/a.npy")
        }
    }
}
