import Backbones
import NeuralNetwork
import Randomness
import Testing
import TestSupport
import Torch

extension Fixture.Case {
    /// The network that the case describes.
    func backbone() throws -> any Backbone {
        var generator = SeededGenerator(seed: 1)
        func integer(_ key: String) -> Int? { settings[key]?.integer }
        let name = String(name.prefix { $0 != "_" })
        if let variant = ResNet.Variant(rawValue: name) {
            let projection: ResNet.Projection =
                switch settings["projection"]?.text {
                case "linear": .linear(512)
                case "concat-pool": .concatPool(512)
                default: .none
                }
            let stem = try #require(ResNet.Stem(rawValue: settings["stem"]?.text ?? "imagenet"))
            return ResNet(
                variant, stem: stem, projection: projection, channels: integer("channels") ?? 3, using: &generator)
        }
        if let variant = IResNet.Variant(rawValue: name) { return IResNet(variant, using: &generator) }
        guard self.name == "vit_small" else { return VisionTransformer(using: &generator) }
        return VisionTransformer(
            embedding: integer("num_classes"), imageSize: try #require(integer("img_size")),
            patch: try #require(integer("patch_size")), width: try #require(integer("embed_dim")),
            depth: try #require(integer("depth")), heads: try #require(integer("num_heads")), using: &generator)
    }

    /// The state that `state_formula` in the fixture's settings describes.
    func filled(_ state: [String: Tensor]) -> [String: Tensor] {
        let names = state.keys.filter { !$0.hasSuffix("num_batches_tracked") }.sorted()
        return names.enumerated().reduce(into: state) { filled, entry in
            let (index, name) = entry
            let shape = state[name]?.shape ?? []
            let (center, scale) =
                if name.hasSuffix("running_var") {
                    (1.0, 0.5)
                } else if name.contains("prelu") {
                    (0.25, 0.2)
                } else if shape.count == 1 {
                    name.hasSuffix("weight") ? (1, 0.5) : (0, 0.2)
                } else {
                    (0, (24 / Double(shape.dropFirst().reduce(1, *))).squareRoot())
                }
            filled[name] = ClosedForm.values(shape, offset: 1000 * index + 1, scale: scale) + center
        }
    }
}
