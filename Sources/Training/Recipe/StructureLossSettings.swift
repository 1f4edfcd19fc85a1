import Configuration
import MetricLearning

/// `lifted-structure`.
struct LiftedStructureLossSettings: LossSettings {
    static let name = "lifted-structure"
    static let summary = "Each positive pair against all negatives of both ends"
    static let formula = "mean 1/2 [J_ij]+^2, J_ij = log(sum_n e^(m - d_in) + sum_n e^(m - d_jn)) + d_ij"
    static let source = #"Song et al., "Lifted Structured Feature Embedding", CVPR 2016"#
    static let pairChoices = PairRecipe.Choices(distance: .euclidean, reducer: .mean)

    let positiveMargin: Double
    let negativeMargin: Double

    init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        positiveMargin = try container.value(.positiveMargin, default: 0)
        negativeMargin = try container.value(.negativeMargin, default: 1)
    }

    func make(_ surroundings: LossSurroundings, using generator: inout some RandomNumberGenerator) -> any EmbeddingLoss
    {
        LiftedStructureLoss(
            positiveMargin: positiveMargin, negativeMargin: negativeMargin, distance: surroundings.distance,
            reducer: surroundings.reducer)
    }
}

/// `generalized-lifted-structure`.
struct GeneralizedLiftedStructureLossSettings: LossSettings {
    static let name = "generalized-lifted-structure"
    static let summary = "Its positives against its negatives"
    static let formula = "[log sum_p e^(d_p) + log sum_n e^(m - d_n)]+"
    static let source = #"Hermans et al., "In Defense of the Triplet Loss", 2017"#
    static let pairChoices = PairRecipe.Choices(distance: .euclidean, reducer: .mean, miner: true, memory: true)

    let positiveMargin: Double
    let negativeMargin: Double

    init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        positiveMargin = try container.value(.positiveMargin, default: 0)
        negativeMargin = try container.value(.negativeMargin, default: 1)
    }

    func make(_ surroundings: LossSurroundings, using generator: inout some RandomNumberGenerator) -> any EmbeddingLoss
    {
        GeneralizedLiftedStructureLoss(
            positiveMargin: positiveMargin, negativeMargin: negativeMargin, distance: surroundings.distance,
            reducer: surroundings.reducer, miner: surroundings.miner)
    }
}

/// `prototypical`, to be used with the `episodic` sampler of as many shots.
struct PrototypicalLossSettings: LossSettings {
    static let name = "prototypical"
    static let summary = "Queries nearest to the mean of their class"
    static let formula = "-log softmax_c(-|q - prototype_c|^2)[y]"
    static let source = #"Snell et al., "Prototypical Networks", NIPS 2017"#
    static let pairChoices = PairRecipe.Choices(distance: .plainSquaredEuclidean, reducer: .mean)

    let shots: Int

    init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        shots = try container.value(.shots, default: 5, .positive)
    }

    func make(_ surroundings: LossSurroundings, using generator: inout some RandomNumberGenerator) -> any EmbeddingLoss
    {
        PrototypicalLoss(shots: shots, distance: surroundings.distance, reducer: surroundings.reducer)
    }
}

/// `ranked-list`.
struct RankedListLossSettings: LossSettings {
    static let name = "ranked-list"
    static let pairChoices = PairRecipe.Choices(reducer: .mean, memory: true)
    static let summary = "Positives into a sphere, negatives out of a wider one"
    static let formula =
        "share_p mean_w [d_p - boundary + margin]+ + share_n mean_w [boundary - d_n]+, w = e^(scale [...]+)"
    static let source = #"Wang et al., "Ranked List Loss", CVPR 2019"#

    let boundary: Double
    let margin: Double
    let negativeShare: Double
    let positiveScale: Double
    let negativeScale: Double

    init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        boundary = try container.value(.boundary, default: 1.2, in: 0...2)
        margin = try container.value(.margin, default: 0.4, .notNegative)
        negativeShare = try container.value(.negativeShare, default: 0.5, in: 0...1)
        positiveScale = try container.value(.positiveScale, default: 0, .notNegative)
        negativeScale = try container.value(.negativeScale, default: 10, .notNegative)
    }

    func make(_ surroundings: LossSurroundings, using generator: inout some RandomNumberGenerator) -> any EmbeddingLoss
    {
        RankedListLoss(
            boundary: boundary, margin: margin, negativeShare: negativeShare, positiveScale: positiveScale,
            negativeScale: negativeScale, reducer: surroundings.reducer)
    }
}
