import Configuration
import MetricLearning

/// A loss on embeddings beside the head's, with its weight and settings.
public struct LossRecipe: Codable, Sendable {
    /// What the loss is multiplied by; 0 or more.
    public let weight: Double

    let settings: any LossSettings

    /// The kinds of loss that recipes can name.
    static let kinds: [any LossSettings.Type] = [
        CenterLossSettings.self, ContrastiveLossSettings.self, TripletMarginLossSettings.self, NPairsLossSettings.self,
        NTXentLossSettings.self, SupConLossSettings.self, MultiSimilarityLossSettings.self, CircleLossSettings.self,
        FastAPLossSettings.self, ProxyNCALossSettings.self, ProxyAnchorLossSettings.self, SoftTripleLossSettings.self,
    ]

    private enum CodingKeys: String, CodingKey {
        case weight
    }

    /// The name by which optimizers refer to the loss.
    public var name: String { type(of: settings).name }

    /// Reads `{ name: ..., weight: ..., ... }`.
    public init(from decoder: any Decoder) throws {
        settings = try decoder.decodeKind(of: Self.kinds)
        weight = try decoder.container(keyedBy: CodingKeys.self).value(.weight, default: 1, .notNegative)
    }

    /// Writes the name, the weight and all settings.
    public func encode(to encoder: any Encoder) throws {
        try settings.encodeNamed(to: encoder)
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(weight, forKey: .weight)
    }
}

/// Settings of a loss.
protocol LossSettings: MethodSettings {
    /// Whether an optimizer must train the loss; otherwise it has nothing to train, or sees to it itself.
    var needsOptimizer: Bool { get }

    /// Makes the loss.
    func make(classes: Int, embedding: Int, using generator: inout some RandomNumberGenerator) -> any EmbeddingLoss
}

extension LossSettings {
    var needsOptimizer: Bool { false }
}

/// `center`.
struct CenterLossSettings: LossSettings {
    static let name = "center"
    static let summary = "Draws embeddings to the centre of their class"
    static let formula = "mean |x - c_y|^2; update: paper, 1/2 sum |x - c_y|^2"
    static let source = #"Wen et al., "A Discriminative Feature Learning Approach", ECCV 2016"#

    enum Update: String, Codable, CaseIterable {
        case gradient, paper, movingAverage
    }

    let update: Update
    let rate: Double

    var needsOptimizer: Bool { update == .gradient }

    init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        update = try container.value(.update, default: .gradient)
        rate = try container.value(.rate, default: 0.5, in: 0...1)
    }

    func make(classes: Int, embedding: Int, using generator: inout some RandomNumberGenerator) -> any EmbeddingLoss {
        let rule: CenterLoss.Update =
            switch update {
            case .gradient: .gradient
            case .paper: .paper(rate: rate)
            case .movingAverage: .movingAverage(rate: rate)
            }
        return CenterLoss(classes: classes, embedding: embedding, update: rule, using: &generator)
    }
}
