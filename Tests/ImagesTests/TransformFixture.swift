import Datasets
import Files
import Testing
import TestSupport
import Torch

/// The cases of `transforms.safetensors`, by kind.
enum TransformFixture {
    static let cases = (try? Fixture("transforms"))?.cases ?? []

    static func cases(of kind: String) -> [Fixture.Case] { cases.filter { $0.settings["kind"]?.text == kind } }
}

extension Fixture.Case {
    func integer(_ key: String) throws -> Int { try #require(settings[key]?.integer) }

    func list<Value>(_ key: String, _ value: (Setting) -> Value?) throws -> [Value] {
        try #require(settings[key]?.list).map { try #require(value($0)) }
    }

    /// The bytes `[H, W, C]` called `key` as an image.
    func image(_ key: String) throws -> DecodedImage {
        let tensor = try tensor(key)
        return DecodedImage(
            pixels: tensor.array(), height: tensor.size(0), width: tensor.size(1), channels: tensor.size(2))
    }
}
