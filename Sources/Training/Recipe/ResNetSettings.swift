import Backbones
import Configuration
import NeuralNetwork

/// `resnet18` to `resnet152`.
struct ResNetSettings: BackboneSettings, RecipeFamily {
    /// What makes the embedding.
    enum Projection: String, Codable, CaseIterable {
        case none
        case linear
        case concatPool
    }

    let variant: ResNet.Variant
    let stem: ResNet.Stem
    let projection: Projection
    let embedding: Int
    let zeroInitialResidual: Bool

    private enum CodingKeys: String, CodingKey {
        case variant = "name"
        case stem, projection, embedding, zeroInitialResidual
    }

    var imageSize: Int? { nil }

    /// The last stage sees a side of 32, or 8 with the stem for small images, as one place.
    func normalisesFeatures(height: Int, width: Int) -> Bool {
        projection == .concatPool || max(height, width) <= (stem == .imagenet ? 32 : 8)
    }

    init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        variant = try container.decode(ResNet.Variant.self, forKey: .variant)
        stem = try container.value(.stem, default: .imagenet)
        let length: Int? = try container.optional(.embedding, .positive)
        projection = try container.value(.projection, default: length == nil ? .none : .linear)
        embedding = length ?? (projection == .none ? variant.features : 512)
        zeroInitialResidual = try container.value(.zeroInitialResidual, default: false)
        if projection == .none, embedding != variant.features {
            throw container.invalid(
                .embedding, problem: "is \(embedding), but \(name) without a projection has \(variant.features)",
                remedy: "leave it out, or set projection: linear")
        }
    }

    func make(channels: Int, using generator: inout some RandomNumberGenerator) -> any Backbone {
        let projection: ResNet.Projection =
            switch projection {
            case .none: .none
            case .linear: .linear(embedding)
            case .concatPool: .concatPool(embedding)
            }
        return ResNet(
            variant, stem: stem, projection: projection, channels: channels, zeroInitialResidual: zeroInitialResidual,
            using: &generator)
    }
}
