import Backbones
import Configuration
import NeuralNetwork

/// `vit-s16`.
struct VisionTransformerSettings: BackboneSettings, RecipeKind {
    static let name = "vit-s16"

    /// The length that a last linear map gives; the class token itself when nil.
    let embedding: Int?

    var imageSize: Int? { 224 }

    init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        embedding = try container.optional(.embedding, .positive)
    }

    func make(channels: Int, using generator: inout some RandomNumberGenerator) -> any Backbone {
        VisionTransformer(embedding: embedding, channels: channels, using: &generator)
    }
}
