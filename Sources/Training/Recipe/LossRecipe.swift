import Configuration
import MetricLearning

/// A loss on embeddings beside the head's, with its weight and settings.
public struct LossRecipe: Codable, Sendable {
    /// What the loss is multiplied by; 0 or more.
    public let weight: Double

    let settings: any LossSettings

    /// How pairs are compared, chosen, reduced and remembered, of what the loss leaves open.
    let pairs: PairRecipe

    /// The kinds of loss that recipes can name.
    static let kinds: [any LossSettings.Type] = [
        CenterLossSettings.self, IntraLossSettings.self, InterLossSettings.self, ContrastiveLossSettings.self,
        TripletMarginLossSettings.self, NPairsLossSettings.self, NTXentLossSettings.self, SupConLossSettings.self,
        MultiSimilarityLossSettings.self, CircleLossSettings.self, LiftedStructureLossSettings.self,
        GeneralizedLiftedStructureLossSettings.self, FastAPLossSettings.self, RankedListLossSettings.self,
        PrototypicalLossSettings.self, ProxyNCALossSettings.self, ProxyAnchorLossSettings.self,
        SoftTripleLossSettings.self,
    ]

    private enum CodingKeys: String, CodingKey {
        case weight
    }

    /// The name by which optimizers refer to the loss.
    public var name: String { type(of: settings).name }

    /// Reads `{ name: ..., weight: ..., ... }`.
    public init(from decoder: any Decoder) throws {
        settings = try decoder.decodeKind(of: Self.kinds)
        pairs = try PairRecipe(from: decoder, choices: type(of: settings).pairChoices)
        weight = try decoder.container(keyedBy: CodingKeys.self).value(.weight, default: 1, .notNegative)
    }

    /// Writes the name, the weight and all settings.
    public func encode(to encoder: any Encoder) throws {
        try settings.encodeNamed(to: encoder)
        try pairs.encode(to: encoder)
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(weight, forKey: .weight)
    }

    /// Makes the loss, beside `head`.
    func make(
        beside head: any ClassifierHead, embedding: Int, using generator: inout some RandomNumberGenerator
    ) -> any EmbeddingLoss {
        let surroundings = LossSurroundings(
            head: head, embedding: embedding, distance: (pairs.distance ?? .euclidean).distance,
            reducer: (pairs.reducer ?? .mean).reducer, miner: pairs.miner?.settings.make(using: &generator))
        let loss = settings.make(surroundings, using: &generator)
        guard let memory = pairs.memory, memory > 0, let compared = loss as? any PairLoss else { return loss }
        return CrossBatchMemory(compared, capacity: memory, embedding: embedding)
    }
}

/// What a loss is made with beside its own settings.
struct LossSurroundings {
    let head: any ClassifierHead
    /// D.
    let embedding: Int
    /// What was chosen, for losses that leave the choice, as the two below.
    let distance: any Distance
    let reducer: any Reducer
    let miner: (any Miner)?

    /// C.
    var classes: Int { head.classes }
}

/// Settings of a loss.
protocol LossSettings: MethodSettings {
    /// Whether an optimizer must train the loss; otherwise it has nothing to train, or sees to it itself.
    var needsOptimizer: Bool { get }

    /// Whether the loss looks at the directions of the head's class vectors.
    static var needsAngularHead: Bool { get }

    /// What of a comparison of pairs the loss leaves open.
    static var pairChoices: PairRecipe.Choices { get }

    /// Makes the loss.
    func make(_ surroundings: LossSurroundings, using generator: inout some RandomNumberGenerator) -> any EmbeddingLoss
}

extension LossSettings {
    var needsOptimizer: Bool { false }
    static var needsAngularHead: Bool { false }
    static var pairChoices: PairRecipe.Choices { .init() }
}
