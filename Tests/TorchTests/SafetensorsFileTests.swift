import Files
import Foundation
import Testing
import TestSupport
import Torch

@Suite(.noLeaks) struct SafetensorsFileTests {
    private static func listed(_ kind: String) throws -> [Listed] {
        let index = try Fixture.json("safetensors/index.json")
        return try #require(index[kind]?.list).map { Listed(settings: $0) }
    }

    struct Listed: Sendable, CustomTestStringConvertible {
        let settings: Setting
        var name: String { settings["name"]?.text ?? "" }
        var path: String { Fixture.path("safetensors/\(name).safetensors") }
        var testDescription: String { name }
    }

    private static let types: [String: DType] = [
        "f64": .float64, "f32": .float32, "f16": .float16, "bf16": .bfloat16, "i64": .int64, "i32": .int32,
        "i16": .int16, "i8": .int8, "u8": .uint8, "bool": .bool,
    ]

    private func hexadecimal(_ tensor: Tensor) -> String {
        var bytes = [UInt8](repeating: 0, count: tensor.count * tensor.dtype.byteCount)
        bytes.withUnsafeMutableBytes { tensor.copy(to: $0) }
        return bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
    }

    /// A header longer than readers take is not written, and nothing is.
    @Test func aHeaderThatNobodyReadsIsNotWritten() throws {
        try withTemporaryFolder { folder in
            let path = "\(folder)/a.safetensors"
            let names = String(repeating: "name ", count: 20_000_001)
            let error = #expect(throws: UserFacingError.self) {
                try SafetensorsFile.write([:], metadata: ["files": names], to: path)
            }
            #expect(error?.field == "header" && error?.remedy.contains(".npy or .csv") == true)
            #expect(!FileManager.default.fileExists(atPath: path))
        }
    }

    @Test(arguments: try listed("good")) func readsWhatTheOfficialLibraryReads(file: Listed) throws {
        let read = try SafetensorsFile(path: file.path)
        let expected = try #require(file.settings["tensors"]?.object)
        #expect(read.names == expected.keys.sorted())
        #expect(try Set(read.tensors().keys) == Set(expected.keys))
        for (name, properties) in expected {
            let tensor = try read.tensor(name)
            #expect(tensor.dtype == Self.types[properties["dtype"]?.text ?? ""], "\(name)")
            #expect(tensor.shape == properties["shape"]?.list?.compactMap(\.integer), "\(name)")
            #expect(hexadecimal(tensor) == properties["bytes"]?.text, "\(name)")
            #expect(read.entries[name]?.shape == tensor.shape && read.entries[name]?.dtype == tensor.dtype)
        }
        let metadata = file.settings["metadata"]?.object ?? [:]
        #expect(read.metadata == metadata.compactMapValues(\.text))
    }

    /// Among them one that the official library reads, against the format's description: a space before the header.
    @Test(arguments: try listed("bad")) func refusesInOneLineThatNamesTheFile(file: Listed) throws {
        let error = try #require(throws: UserFacingError.self) { try SafetensorsFile(path: file.path) }
        #expect(error.subject == file.path)
        #expect(error.field?.isEmpty == false && !error.problem.isEmpty && !error.remedy.isEmpty)
        #expect(error.description.hasPrefix(file.path))
        #expect(!error.description.contains { $0.isNewline })
    }

    @Test func refusesAMissingFileAndAFolder() throws {
        try withTemporaryFolder { folder in
            for path in ["\(folder)/none.safetensors", folder] {
                let error = try #require(throws: UserFacingError.self) { try SafetensorsFile(path: path) }
                #expect(error.subject == path)
            }
        }
    }

    @Test func tellsWhichNamesThereAre() throws {
        let file = try SafetensorsFile(path: Fixture.path("safetensors/dtypes_together.safetensors"))
        let error = try #require(throws: UserFacingError.self) { try file.tensor("none") }
        #expect(error.field == "none")
        #expect(error.remedy == "the file holds bf16, bool, f16, f32, f64 ...")
    }

    @Test func writtenFilesAreReadBack() throws {
        let read = try SafetensorsFile(path: Fixture.path("safetensors/dtypes_together.safetensors"))
        var tensors = try read.tensors()
        tensors["empty"] = Tensor([] as [Float], shape: [0, 3])
        tensors["scalar"] = Tensor(2.5)
        tensors["view"] = Tensor([1.0, 2, 3, 4], shape: [2, 2]).transposed()
        tensors["中心 \"quoted\" \\ / \n"] = Tensor([1.0])
        let metadata = ["note": "quotes \" and \\ and 中心 and \n a line", "": "empty"]
        try withTemporaryFolder { folder in
            let path = "\(folder)/a.safetensors"
            try SafetensorsFile.write(tensors, metadata: metadata, to: path)
            let back = try SafetensorsFile(path: path)
            #expect(back.metadata == metadata)
            #expect(back.names == tensors.keys.sorted())
            for (name, tensor) in tensors {
                let copy = try back.tensor(name)
                #expect(copy.dtype == tensor.dtype && copy.shape == tensor.shape, "\(name)")
                #expect(hexadecimal(copy) == hexadecimal(tensor), "\(name)")
            }
            #expect(try FileManager.default.contentsOfDirectory(atPath: folder) == ["a.safetensors"])
        }
    }

    /// safetensors.torch.save({"b": torch.tensor([1.0, 2.0]), "a": torch.tensor([[1, 2, 3]])}, {"note": "x"})
    @Test func writesTheBytesThatTheOfficialLibraryWrites() throws {
        let header =
            #"{"__metadata__":{"note":"x"},"a":{"dtype":"I64","shape":[1,3],"data_offsets":[0,24]},"#
            + #""b":{"dtype":"F32","shape":[2],"data_offsets":[24,32]}}    "#
        var expected = [0x90, 0, 0, 0, 0, 0, 0, 0] + Array(header.utf8)
        for number in [1, 2, 3] as [UInt8] { expected += [number, 0, 0, 0, 0, 0, 0, 0] }
        expected += [0, 0, 0x80, 0x3F, 0, 0, 0, 0x40]
        try withTemporaryFolder { folder in
            let path = "\(folder)/a.safetensors"
            try SafetensorsFile.write(
                ["b": Tensor([1, 2] as [Float]), "a": Tensor([1, 2, 3] as [Int64], shape: [1, 3])],
                metadata: ["note": "x"], to: path)
            #expect([UInt8](try InputFile.map(path)) == expected)
        }
    }

    @Test func aFileWithoutTensorsCanBeWritten() throws {
        try withTemporaryFolder { folder in
            let path = "\(folder)/a.safetensors"
            try SafetensorsFile.write([:], to: path)
            #expect(try SafetensorsFile(path: path).names.isEmpty)
        }
    }
}
