import Files
import Foundation
import Testing
import TestSupport
import Torch

@testable import Weights

@Suite(.noLeaks) struct WeightsFileTests {
    private func hexadecimal(_ tensor: Tensor) -> String {
        var bytes = [UInt8](repeating: 0, count: tensor.count * tensor.dtype.byteCount)
        bytes.withUnsafeMutableBytes { tensor.copy(to: $0) }
        return bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
    }

    @Test func theFixtureIsThere() {
        #expect(WeightsFixture.good.count == 29 && WeightsFixture.hostile.count == 139)
    }

    @Test(arguments: WeightsFixture.good) func readsWhatTorchSaved(listed: WeightsFixture.Listed) throws {
        let file = try WeightsFile(bytes: listed.content, path: listed.name)
        let expected = try #require(listed.settings["tensors"]?.object)
        #expect(file.format.rawValue == listed.settings["format"]?.text)
        #expect(file.part == listed.settings["part"]?.text && file.otherParts == listed.texts("otherParts"))
        if listed.settings["part"] == .text("") { #expect(file.ignored == listed.texts("ignored")) }
        #expect(file.names == expected.keys.sorted())
        let all = try file.tensors()
        for (name, properties) in expected {
            let tensor = try file.tensor(name)
            #expect(tensor.isContiguous() && file.forms[name] == TensorForm(tensor), "\(name)")
            #expect("\(tensor.dtype)" == properties["dtype"]?.text, "\(name)")
            #expect(tensor.shape == properties["shape"]?.list?.compactMap(\.integer), "\(name)")
            #expect(hexadecimal(tensor) == properties["bytes"]?.text, "\(name)")
            #expect(hexadecimal(try #require(all[name])) == properties["bytes"]?.text, "\(name)")
        }
    }

    @Test(arguments: WeightsFixture.hostile) func refusesInOneLine(listed: WeightsFixture.Listed) throws {
        let content = listed.content
        let error = try #require(throws: UserFacingError.self) { try WeightsFile(bytes: content, path: "a.pth") }
        #expect(error.subject == "a.pth" && !error.problem.isEmpty && !error.remedy.isEmpty)
        for word in listed.texts("words") { #expect(error.description.contains(word), "\(error)") }
        #expect(!error.description.unicodeScalars.contains { $0.properties.generalCategory == .control })
    }

    /// A file that was cut off or in which a byte changed may be refused or read; it never stops the program.
    @Test(arguments: ["ordered_protocol_2", "legacy_protocol_4", "shared", "zip64", "safetensors_128", "numpy_numbers"])
    func damageIsAnErrorAtMost(name: String) throws {
        let whole = try WeightsFixture.good(name).content
        var refused = 0
        for length in 0..<whole.count {
            do {
                _ = try WeightsFile(bytes: whole.prefix(length), path: name)
            } catch {
                #expect(error is UserFacingError)
                refused += 1
            }
        }
        #expect(refused == whole.count)
        for place in whole.indices {
            for change in [0xFF, 0x80, 0x01] as [UInt8] {
                var damaged = whole
                damaged[place] ^= change
                do {
                    _ = try WeightsFile(bytes: damaged, path: name).tensors()
                } catch {
                    #expect(error is UserFacingError)
                }
            }
        }
    }

    @Test func oneViewOfAStorageIsReadOnce() throws {
        let tensors = try WeightsFile(bytes: try WeightsFixture.good("shared").content, path: "shared").tensors()
        let whole = try #require(tensors["whole"])
        #expect(whole.sharesStorage(with: try #require(tensors["again"])))
        #expect(!whole.sharesStorage(with: try #require(tensors["middle"])))
    }

    @Test func partsAreChosen() throws {
        let content = try WeightsFixture.good("two_parts").content
        let model = try WeightsFile(bytes: content, path: "a")
        let average = try WeightsFile(bytes: content, path: "a", part: "ema")
        #expect(average.part == "ema" && average.otherParts == ["model"])
        expectEqual(try average.tensor("fc.bias"), try model.tensor("fc.bias") + 1)
        let error = try #require(throws: UserFacingError.self) {
            try WeightsFile(bytes: content, path: "a", part: "none")
        }
        #expect(error.description == "a: none: the file has no such part; it has model, ema")
    }

    @Test func filesAreTheSameFromTheDisk() throws {
        try withTemporaryFolder { folder in
            for name in ["ordered_protocol_2", "legacy_plain", "safetensors"] {
                let content = try WeightsFixture.good(name).content
                let path = "\(folder)/\(name)"
                try content.write(to: URL(fileURLWithPath: path))
                let file = try WeightsFile(path: path)
                expectEqual(try file.tensor("fc.weight"), try WeightsFile(bytes: content, path: "").tensor("fc.weight"))
                let error = try #require(throws: UserFacingError.self) { try file.tensor("none") }
                #expect(error.subject == path && error.field == "none")
            }
            let error = try #require(throws: UserFacingError.self) { try WeightsFile(path: "\(folder)/none") }
            #expect(error.subject == "\(folder)/none")
        }
    }

    @Test func prefixesAreWhatNamesShare() {
        #expect(NamePrefix.common(of: ["module.a.b", "module.a.c"]) == "module.a.")
        #expect(NamePrefix.common(of: ["module.a.b", "module.ab.c"]) == "module.")
        #expect(NamePrefix.common(of: ["module.a", "modules.a"]).isEmpty)
        #expect(NamePrefix.common(of: ["a"]).isEmpty && NamePrefix.common(of: []).isEmpty)
        #expect(NamePrefix.common(of: [".", ".."]) == ".")
    }
}
