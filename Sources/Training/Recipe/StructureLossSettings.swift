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
