import Configuration
import MetricLearning

/// `contrastive`.
struct ContrastiveLossSettings: LossSettings {
    static let name = "contrastive"
    static let summary = "Positive pairs within one margin, negative beyond another"
    static let formula = "mean [d_p - positiveMargin]+ + mean [negativeMargin - d_n]+"
    static let source = "Hadsell et al., CVPR 2006"
    static let pairChoices = PairRecipe.Choices(distance: .euclidean, reducer: .nonZeroMean, miner: true, memory: true)

    let positiveMargin: Double
    let negativeMargin: Double
    let form: ContrastiveLoss.Form

    init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        positiveMargin = try container.value(.positiveMargin, default: 0)
        negativeMargin = try container.value(.negativeMargin, default: 1)
        form = try container.value(.form, default: .linear)
    }

    func make(_ surroundings: LossSurroundings, using generator: inout some RandomNumberGenerator) -> any EmbeddingLoss
    {
        ContrastiveLoss(
            positiveMargin: positiveMargin, negativeMargin: negativeMargin, form: form,
            distance: surroundings.distance, reducer: surroundings.reducer, miner: surroundings.miner)
    }
}

/// `triplet`.
struct TripletMarginLossSettings: LossSettings {
    static let name = "triplet"
    static let summary = "Negatives farther than positives by a margin"
    static let formula = "mean [d_ap - d_an + margin]+"
    static let source = #"Schroff et al., "FaceNet", CVPR 2015"#
    static let pairChoices = PairRecipe.Choices(distance: .euclidean, reducer: .nonZeroMean, miner: true, memory: true)

    let margin: Double
    let smooth: Bool
    let swap: Bool

    init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        margin = try container.value(.margin, default: 0.05, .notNegative)
        smooth = try container.value(.smooth, default: false)
        swap = try container.value(.swap, default: false)
    }

    func make(_ surroundings: LossSurroundings, using generator: inout some RandomNumberGenerator) -> any EmbeddingLoss
    {
        TripletMarginLoss(
            margin: margin, smooth: smooth, swap: swap, distance: surroundings.distance,
            reducer: surroundings.reducer, miner: surroundings.miner)
    }
}

/// `n-pairs`.
struct NPairsLossSettings: LossSettings {
    static let name = "n-pairs"
    static let summary = "One positive against the positives of all other classes"
    static let formula = "-log softmax_j(scale s(a_i, p_j))[i]"
    static let source = #"Sohn, "N-pair Loss", NIPS 2016"#
    static let pairChoices = PairRecipe.Choices(reducer: .mean)

    let normalized: Bool
    let scale: Double
    let regularization: Double

    init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        normalized = try container.value(.normalized, default: true)
        scale = try container.value(.scale, default: 1, .positive)
        regularization = try container.value(.regularization, default: 0, .notNegative)
    }

    func make(_ surroundings: LossSurroundings, using generator: inout some RandomNumberGenerator) -> any EmbeddingLoss
    {
        NPairsLoss(
            normalized: normalized, scale: scale, regularization: regularization, reducer: surroundings.reducer)
    }
}

/// `nt-xent`.
struct NTXentLossSettings: LossSettings {
    static let name = "nt-xent"
    static let summary = "Each positive against all negatives: InfoNCE"
    static let formula = "-log(e^(s_p / T) / (e^(s_p / T) + sum_n e^(s_n / T)))"
    static let source = #"Chen et al., "SimCLR", ICML 2020"#
    static let pairChoices = PairRecipe.Choices(distance: .cosine, reducer: .mean, miner: true, memory: true)

    let temperature: Double

    init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        temperature = try container.value(.temperature, default: 0.07, .positive)
    }

    func make(_ surroundings: LossSurroundings, using generator: inout some RandomNumberGenerator) -> any EmbeddingLoss
    {
        NTXentLoss(
            temperature: temperature, distance: surroundings.distance, reducer: surroundings.reducer,
            miner: surroundings.miner)
    }
}

/// `supcon`.
struct SupConLossSettings: LossSettings {
    static let name = "supcon"
    static let summary = "All positives of an anchor against all others"
    static let formula = "-1/|P| sum_p log(e^(s_p / T) / sum_j e^(s_j / T))"
    static let source = #"Khosla et al., "Supervised Contrastive Learning", NeurIPS 2020"#
    static let pairChoices = PairRecipe.Choices(distance: .cosine, reducer: .nonZeroMean, miner: true, memory: true)

    let temperature: Double
    let baseTemperature: Double?

    private enum CodingKeys: String, CodingKey {
        case temperature, baseTemperature
    }

    init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        temperature = try container.value(.temperature, default: 0.1, .positive)
        baseTemperature = try container.optional(.baseTemperature, .positive)
    }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(temperature, forKey: .temperature)
        try container.encode(baseTemperature, forKey: .baseTemperature)
    }

    func make(_ surroundings: LossSurroundings, using generator: inout some RandomNumberGenerator) -> any EmbeddingLoss
    {
        SupConLoss(
            temperature: temperature, baseTemperature: baseTemperature, distance: surroundings.distance,
            reducer: surroundings.reducer, miner: surroundings.miner)
    }
}

/// `multi-similarity`.
struct MultiSimilarityLossSettings: LossSettings {
    static let name = "multi-similarity"
    static let summary = "Pairs weighed by how hard they are among their like"
    static let formula = "1/a log(1 + sum_p e^(-a (s_p - base))) + 1/b log(1 + sum_n e^(b (s_n - base)))"
    static let source = #"Wang et al., "Multi-Similarity Loss", CVPR 2019"#
    static let pairChoices = PairRecipe.Choices(distance: .cosine, reducer: .mean, miner: true, memory: true)

    let positiveScale: Double
    let negativeScale: Double
    let base: Double

    init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        positiveScale = try container.value(.positiveScale, default: 2, .positive)
        negativeScale = try container.value(.negativeScale, default: 50, .positive)
        base = try container.value(.base, default: 0.5)
    }

    func make(_ surroundings: LossSurroundings, using generator: inout some RandomNumberGenerator) -> any EmbeddingLoss
    {
        MultiSimilarityLoss(
            positiveScale: positiveScale, negativeScale: negativeScale, base: base, distance: surroundings.distance,
            reducer: surroundings.reducer, miner: surroundings.miner)
    }
}

/// `circle`.
struct CircleLossSettings: LossSettings {
    static let name = "circle"
    static let summary = "Pairs that are far from their goal move faster"
    static let formula = "log(1 + sum_n e^(g a_n (s_n - m)) sum_p e^(-g a_p (s_p - 1 + m)))"
    static let source = #"Sun et al., "Circle Loss", CVPR 2020"#
    static let pairChoices = PairRecipe.Choices(reducer: .nonZeroMean, miner: true, memory: true)

    let relaxation: Double
    let scale: Double
    let scope: CircleLoss.Scope

    init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        relaxation = try container.value(.relaxation, default: 0.4, in: 0...1)
        scale = try container.value(.scale, default: 80, .positive)
        scope = try container.value(.scope, default: .anchor)
    }

    func make(_ surroundings: LossSurroundings, using generator: inout some RandomNumberGenerator) -> any EmbeddingLoss
    {
        CircleLoss(
            relaxation: relaxation, scale: scale, scope: scope, reducer: surroundings.reducer,
            miner: surroundings.miner)
    }
}

/// `fastap`.
struct FastAPLossSettings: LossSettings {
    static let name = "fastap"
    static let summary = "Average precision of the ranking, made smooth"
    static let formula = "1 - 1/|P| sum_l h+_l H+_l / H_l"
    static let source = #"Cakir et al., "Deep Metric Learning to Rank", CVPR 2019"#
    static let pairChoices = PairRecipe.Choices(reducer: .mean, memory: true)

    let bins: Int

    init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        bins = try container.value(.bins, default: 10, .positive)
    }

    func make(_ surroundings: LossSurroundings, using generator: inout some RandomNumberGenerator) -> any EmbeddingLoss
    {
        FastAPLoss(bins: bins, reducer: surroundings.reducer)
    }
}
