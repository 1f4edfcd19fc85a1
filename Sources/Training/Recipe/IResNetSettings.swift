import Backbones
import Configuration
import NeuralNetwork

/// `iresnet18` to `iresnet100`.
struct IResNetSettings: BackboneSettings, RecipeFamily {
    let variant: IResNet.Variant
    let embedding: Int
    let dropout: Double

    private enum CodingKeys: String, CodingKey {
        case variant = "name"
        case embedding, dropout
    }

    var imageSize: Int? { IResNet.imageSize }

    func normalisesFeatures(height: Int, width: Int) -> Bool { true }

    init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        variant = try container.decode(IResNet.Variant.self, forKey: .variant)
        embedding = try container.value(.embedding, default: 512, .positive)
        dropout = try container.value(.dropout, default: 0, in: 0...0.9)
    }

    func make(channels: Int, using generator: inout some RandomNumberGenerator) -> any Backbone {
        IResNet(variant, embedding: embedding, dropout: dropout, channels: channels, using: &generator)
    }
}
