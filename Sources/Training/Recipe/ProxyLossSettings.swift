import Configuration
import MetricLearning

/// `proxy-nca`.
struct ProxyNCALossSettings: LossSettings {
    static let name = "proxy-nca"
    static let summary = "To the proxy of the class, away from all others"
    static let formula = "-log softmax_j(-scale |x - p_j|^2)[y]"
    static let source = #"Movshovitz-Attias et al., "No Fuss Distance Metric Learning", ICCV 2017"#
    static let pairChoices = PairRecipe.Choices(reducer: .mean)

    var needsOptimizer: Bool { true }

    let scale: Double
    let denominator: ProxyNCALoss.Denominator

    init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        scale = try container.value(.scale, default: 1, .positive)
        denominator = try container.value(.denominator, default: .allProxies)
    }

    func make(_ surroundings: LossSurroundings, using generator: inout some RandomNumberGenerator) -> any EmbeddingLoss
    {
        ProxyNCALoss(
            classes: surroundings.classes, embedding: surroundings.embedding, scale: scale,
            denominator: denominator, reducer: surroundings.reducer, using: &generator)
    }
}

/// `proxy-anchor`.
struct ProxyAnchorLossSettings: LossSettings {
    static let name = "proxy-anchor"
    static let summary = "Proxies as anchors that weigh the batch"
    static let formula = "1/|P+| sum log(1 + sum e^(-a (s - d))) + 1/C sum log(1 + sum e^(a (s + d)))"
    static let source = #"Kim et al., "Proxy Anchor Loss", CVPR 2020"#

    var needsOptimizer: Bool { true }

    let scale: Double
    let margin: Double

    init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        scale = try container.value(.scale, default: 32, .positive)
        margin = try container.value(.margin, default: 0.1)
    }

    func make(_ surroundings: LossSurroundings, using generator: inout some RandomNumberGenerator) -> any EmbeddingLoss
    {
        ProxyAnchorLoss(
            classes: surroundings.classes, embedding: surroundings.embedding, scale: scale, margin: margin,
            using: &generator)
    }
}

/// `soft-triple`.
struct SoftTripleLossSettings: LossSettings {
    static let name = "soft-triple"
    static let summary = "A softmax over classes of several centres"
    static let formula = "-log softmax(scale (S_j - margin [j = y]))[y], S_j = sum_k softmax_k(s_jk / gamma) s_jk"
    static let source = #"Qian et al., "SoftTriple Loss", ICCV 2019"#
    static let pairChoices = PairRecipe.Choices(reducer: .mean)

    var needsOptimizer: Bool { true }

    let centersPerClass: Int
    let scale: Double
    let gamma: Double
    let margin: Double
    let regularization: Double

    init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        centersPerClass = try container.value(.centersPerClass, default: 10, .positive)
        scale = try container.value(.scale, default: 20, .positive)
        gamma = try container.value(.gamma, default: 0.1, .positive)
        margin = try container.value(.margin, default: 0.01)
        regularization = try container.value(.regularization, default: 0.2, .notNegative)
    }

    func make(_ surroundings: LossSurroundings, using generator: inout some RandomNumberGenerator) -> any EmbeddingLoss
    {
        SoftTripleLoss(
            classes: surroundings.classes, embedding: surroundings.embedding, centersPerClass: centersPerClass,
            scale: scale, gamma: gamma,
            margin: margin, regularization: regularization, reducer: surroundings.reducer, using: &generator)
    }
}
