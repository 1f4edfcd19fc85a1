import Backbones
import Configuration
import NeuralNetwork

/// Which network makes embeddings, with its settings.
public struct BackboneRecipe: Codable, Sendable {
    let settings: any BackboneSettings

    /// The kinds of backbone that recipes can name.
    static let kinds: [any BackboneSettings.Type] = [
        LeNetPlusPlusSettings.self, ResNetSettings.self, IResNetSettings.self, VisionTransformerSettings.self,
    ]

    /// Reads `{ name: ..., ... }`.
    public init(from decoder: any Decoder) throws {
        settings = try decoder.decodeKind(of: Self.kinds)
    }

    /// Writes the name and all settings.
    public func encode(to encoder: any Encoder) throws {
        try settings.encodeNamed(to: encoder)
    }
}

/// Settings of a backbone.
protocol BackboneSettings: NamedSettings {
    /// Makes the network for images of that many channels.
    func make(channels: Int, using generator: inout some RandomNumberGenerator) -> any Backbone

    /// The height and width of the images that the network takes; nil where any will do.
    var imageSize: Int? { get }

    /// Whether it normalises over the batch what has one value of a channel for each image of that size, for which a batch of one
    /// image is too small.
    func normalisesFeatures(height: Int, width: Int) -> Bool
}

extension BackboneSettings {
    func normalisesFeatures(height: Int, width: Int) -> Bool { false }
}

/// `lenet++`.
struct LeNetPlusPlusSettings: BackboneSettings, RecipeKind {
    static let name = "lenet++"

    let embedding: Int

    var imageSize: Int? { 28 }

    init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        embedding = try container.value(.embedding, default: 2, .positive)
    }

    func make(channels: Int, using generator: inout some RandomNumberGenerator) -> any Backbone {
        LeNetPlusPlus(embedding: embedding, channels: channels, using: &generator)
    }
}
