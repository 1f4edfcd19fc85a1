import Configuration
import MetricLearning

/// Which classifier head teaches the embeddings, with its settings.
public struct HeadRecipe: Codable, Sendable {
    let settings: any HeadSettings

    /// The kinds of head that recipes can name.
    static let kinds: [any HeadSettings.Type] = [
        SoftmaxHeadSettings.self, NormSoftmaxHeadSettings.self, L2SoftmaxHeadSettings.self, ArcFaceHeadSettings.self,
        CosFaceHeadSettings.self, SphereFaceHeadSettings.self, CombinedMarginHeadSettings.self,
        SubCenterArcFaceHeadSettings.self, AdaFaceHeadSettings.self, MagFaceHeadSettings.self,
        CurricularFaceHeadSettings.self, ElasticFaceArcHeadSettings.self, ElasticFaceCosHeadSettings.self,
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

/// Settings of a classifier head.
protocol HeadSettings: MethodSettings {
    /// Makes the head.
    func make(classes: Int, embedding: Int, using generator: inout some RandomNumberGenerator) -> any ClassifierHead
}

/// `softmax`.
struct SoftmaxHeadSettings: HeadSettings {
    static let name = "softmax"
    static let summary = "Softmax over a linear map, the plain beginning"
    static let formula = "logits = W x + b"
    static let source = "Bridle, Neurocomputing, 1990"

    let bias: Bool

    init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        bias = try container.value(.bias, default: true)
    }

    func make(classes: Int, embedding: Int, using generator: inout some RandomNumberGenerator) -> any ClassifierHead {
        SoftmaxHead(classes: classes, embedding: embedding, bias: bias, using: &generator)
    }
}
