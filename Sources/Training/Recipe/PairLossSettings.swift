import Configuration
import MetricLearning

/// `contrastive`.
struct ContrastiveLossSettings: LossSettings {
    static let name = "contrastive"

    let positiveMargin: Double
    let negativeMargin: Double

    init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        positiveMargin = try container.value(.positiveMargin, default: 0)
        negativeMargin = try container.value(.negativeMargin, default: 1)
    }

    func make(classes: Int, embedding: Int, using generator: inout some RandomNumberGenerator) -> any EmbeddingLoss {
        ContrastiveLoss(positiveMargin: positiveMargin, negativeMargin: negativeMargin)
    }
}

/// `triplet`.
struct TripletMarginLossSettings: LossSettings {
    static let name = "triplet"

    enum Mining: String, Codable, CaseIterable {
        case all, hardest, semiHard
    }

    let margin: Double
    let smooth: Bool
    let swap: Bool
    let mining: Mining

    init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        margin = try container.value(.margin, default: 0.05, .notNegative)
        smooth = try container.value(.smooth, default: false)
        swap = try container.value(.swap, default: false)
        mining = try container.value(.mining, default: .all)
    }

    func make(classes: Int, embedding: Int, using generator: inout some RandomNumberGenerator) -> any EmbeddingLoss {
        let miner: (any Miner)? =
            switch mining {
            case .all: nil
            case .hardest: BatchHardMiner()
            case .semiHard: SemiHardMiner(margin: max(margin, 1e-6))
            }
        return TripletMarginLoss(margin: margin, smooth: smooth, swap: swap, miner: miner)
    }
}

/// `n-pairs`.
struct NPairsLossSettings: LossSettings {
    static let name = "n-pairs"

    let scale: Double
    let regularization: Double

    init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        scale = try container.value(.scale, default: 1, .positive)
        regularization = try container.value(.regularization, default: 0, .notNegative)
    }

    func make(classes: Int, embedding: Int, using generator: inout some RandomNumberGenerator) -> any EmbeddingLoss {
        NPairsLoss(scale: scale, regularization: regularization)
    }
}

/// `nt-xent`.
struct NTXentLossSettings: LossSettings {
    static let name = "nt-xent"

    let temperature: Double

    init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        temperature = try container.value(.temperature, default: 0.07, .positive)
    }

    func make(classes: Int, embedding: Int, using generator: inout some RandomNumberGenerator) -> any EmbeddingLoss {
        NTXentLoss(temperature: temperature)
    }
}

/// `supcon`.
struct SupConLossSettings: LossSettings {
    static let name = "supcon"

    let temperature: Double

    init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        temperature = try container.value(.temperature, default: 0.1, .positive)
    }

    func make(classes: Int, embedding: Int, using generator: inout some RandomNumberGenerator) -> any EmbeddingLoss {
        SupConLoss(temperature: temperature)
    }
}

/// `multi-similarity`.
struct MultiSimilarityLossSettings: LossSettings {
    static let name = "multi-similarity"

    let positiveScale: Double
    let negativeScale: Double
    let base: Double

    init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        positiveScale = try container.value(.positiveScale, default: 2, .positive)
        negativeScale = try container.value(.negativeScale, default: 50, .positive)
        base = try container.value(.base, default: 0.5)
    }

    func make(classes: Int, embedding: Int, using generator: inout some RandomNumberGenerator) -> any EmbeddingLoss {
        MultiSimilarityLoss(positiveScale: positiveScale, negativeScale: negativeScale, base: base)
    }
}

/// `circle`.
struct CircleLossSettings: LossSettings {
    static let name = "circle"

    let relaxation: Double
    let scale: Double

    init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        relaxation = try container.value(.relaxation, default: 0.4, in: 0...1)
        scale = try container.value(.scale, default: 80, .positive)
    }

    func make(classes: Int, embedding: Int, using generator: inout some RandomNumberGenerator) -> any EmbeddingLoss {
        CircleLoss(relaxation: relaxation, scale: scale)
    }
}

/// `fastap`.
struct FastAPLossSettings: LossSettings {
    static let name = "fastap"

    let bins: Int

    init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        bins = try container.value(.bins, default: 10, .positive)
    }

    func make(classes: Int, embedding: Int, using generator: inout some RandomNumberGenerator) -> any EmbeddingLoss {
        FastAPLoss(bins: bins)
    }
}
