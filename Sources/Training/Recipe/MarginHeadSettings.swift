import Configuration
import MetricLearning
import Torch

/// `norm-softmax`.
struct NormSoftmaxHeadSettings: HeadSettings {
    static let name = "norm-softmax"
    static let summary = "Softmax over cosines, without a margin"
    static let formula = "logits = s cos(theta_j)"
    static let source = #"Wang et al., "NormFace", ACM Multimedia 2017"#
    static let canSample = true

    let scale: Double
    let products: Precision

    init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        scale = try container.value(.scale, default: 20, in: 1e-6...1e6)
        products = try container.value(.products, default: .fp32)
    }

    func make(classes: Int, embedding: Int, using generator: inout some RandomNumberGenerator) -> any ClassifierHead {
        NormSoftmaxHead(classes: classes, embedding: embedding, scale: scale, products: products, using: &generator)
    }
}

/// `l2-softmax`.
struct L2SoftmaxHeadSettings: HeadSettings {
    static let name = "l2-softmax"
    static let summary = "Softmax over embeddings of one length, learnt or fixed"
    static let formula = "logits = W (alpha x / |x|) + b"
    static let source = #"Ranjan et al., "L2-constrained Softmax Loss", 2017"#
    static let isAngular = false

    let alpha: Double
    let learnt: Bool
    let bias: Bool

    init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        alpha = try container.value(.alpha, default: 16, .positive)
        learnt = try container.value(.learnt, default: false)
        bias = try container.value(.bias, default: true)
    }

    func make(classes: Int, embedding: Int, using generator: inout some RandomNumberGenerator) -> any ClassifierHead {
        L2SoftmaxHead(
            classes: classes, embedding: embedding, length: learnt ? .learnt(initial: alpha) : .fixed(alpha),
            bias: bias,
            using: &generator)
    }
}

/// `arcface`.
struct ArcFaceHeadSettings: HeadSettings {
    static let name = "arcface"
    static let summary = "A margin added to the angle of the own class"
    static let formula = "logit_y = s cos(theta_y + margin)"
    static let source = #"Deng et al., "ArcFace", CVPR 2019, eq. 3"#
    static let canSample = true

    let scale: Double
    let margin: AngleSetting
    let overflow: MarginOverflow
    let gradient: MarginGradient
    let products: Precision

    init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        scale = try container.value(.scale, default: 64, in: 1e-6...1e6)
        margin = try container.value(.margin, default: AngleSetting(.radians(0.5)), AngleSetting.isMargin)
        overflow = try container.value(.overflow, default: .cosine)
        gradient = try container.value(.gradient, default: .exact)
        products = try container.value(.products, default: .fp32)
    }

    func make(classes: Int, embedding: Int, using generator: inout some RandomNumberGenerator) -> any ClassifierHead {
        ArcFaceHead(
            classes: classes, embedding: embedding, scale: scale, margin: margin.angle, overflow: overflow,
            gradient: gradient, products: products, using: &generator)
    }
}

/// `cosface`.
struct CosFaceHeadSettings: HeadSettings {
    static let name = "cosface"
    static let summary = "A margin taken from the cosine of the own class"
    static let formula = "logit_y = s (cos(theta_y) - margin)"
    static let source = #"Wang et al., "CosFace", CVPR 2018"#
    static let canSample = true

    let scale: Double
    let margin: Double
    let products: Precision

    init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        scale = try container.value(.scale, default: 64, in: 1e-6...1e6)
        margin = try container.value(.margin, default: 0.35, in: 0...2)
        products = try container.value(.products, default: .fp32)
    }

    func make(classes: Int, embedding: Int, using generator: inout some RandomNumberGenerator) -> any ClassifierHead {
        CosFaceHead(
            classes: classes, embedding: embedding, scale: scale, margin: margin, products: products, using: &generator)
    }
}

/// `sphereface`.
struct SphereFaceHeadSettings: HeadSettings {
    static let name = "sphereface"
    static let followsBatches = true
    static let summary = "A factor on the angle of the own class"
    static let formula =
        "logit_y = |x| (lambda cos(theta_y) + psi(theta_y)) / (1 + lambda), psi = (-1)^k cos(multiplier theta) - 2 k"
    static let source = #"Liu et al., "SphereFace", CVPR 2017; "SphereFace Revived", TPAMI 2022"#

    let multiplier: Double?
    let normalised: Bool
    let scale: Double
    let start: Double
    let rate: Double
    let floor: Double

    init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        multiplier = try container.optional(.multiplier, .within(1...8))
        normalised = try container.value(.normalised, default: false)
        scale = try container.value(.scale, default: 30, in: 1e-6...1e6)
        start = try container.value(.start, default: 1000, .notNegative)
        rate = try container.value(.rate, default: 0.12, .notNegative)
        floor = try container.value(.floor, default: 5, .notNegative)
    }

    func make(classes: Int, embedding: Int, using generator: inout some RandomNumberGenerator) -> any ClassifierHead {
        SphereFaceHead(
            classes: classes, embedding: embedding, multiplier: multiplier,
            form: normalised ? .normalised(scale: scale) : .annealed(.init(start: start, rate: rate, floor: floor)),
            using: &generator)
    }
}

/// `combined-margin`.
struct CombinedMarginHeadSettings: HeadSettings {
    static let name = "combined-margin"
    static let summary = "Factor, added angle and lowered cosine together"
    static let formula = "logit_y = s (cos(multiplier theta_y + angle) - cosine)"
    static let source = #"Deng et al., "ArcFace", CVPR 2019, eq. 4"#
    static let canSample = true

    let scale: Double
    let multiplier: Double
    let angle: AngleSetting
    let cosine: Double
    let overflow: MarginOverflow
    let gradient: MarginGradient
    let products: Precision

    init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        scale = try container.value(.scale, default: 64, in: 1e-6...1e6)
        multiplier = try container.value(.multiplier, default: 1, in: 0.1...8)
        angle = try container.value(.angle, default: AngleSetting(.radians(0.3)), AngleSetting.isMargin)
        cosine = try container.value(.cosine, default: 0.2, in: 0...2)
        overflow = try container.value(.overflow, default: .none)
        gradient = try container.value(.gradient, default: .exact)
        products = try container.value(.products, default: .fp32)
    }

    func make(classes: Int, embedding: Int, using generator: inout some RandomNumberGenerator) -> any ClassifierHead {
        CombinedMarginHead(
            classes: classes, embedding: embedding, scale: scale, multiplier: multiplier, angle: angle.angle,
            cosine: cosine, overflow: overflow, gradient: gradient, products: products, using: &generator)
    }
}

/// `subcenter-arcface`.
struct SubCenterArcFaceHeadSettings: HeadSettings {
    static let name = "subcenter-arcface"
    static let summary = "ArcFace with several vectors a class, for wrong labels"
    static let formula = "logit_y = s cos(min_k theta_yk + margin)"
    static let source = #"Deng et al., "Sub-center ArcFace", ECCV 2020"#
    static let isAngular = false

    let centers: Int
    let scale: Double
    let margin: AngleSetting
    let overflow: MarginOverflow
    let gradient: MarginGradient

    init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        centers = try container.value(.centers, default: 3, .positive)
        scale = try container.value(.scale, default: 64, in: 1e-6...1e6)
        margin = try container.value(.margin, default: AngleSetting(.radians(0.5)), AngleSetting.isMargin)
        overflow = try container.value(.overflow, default: .cosine)
        gradient = try container.value(.gradient, default: .exact)
    }

    func make(classes: Int, embedding: Int, using generator: inout some RandomNumberGenerator) -> any ClassifierHead {
        SubCenterArcFaceHead(
            classes: classes, embedding: embedding, centers: centers, scale: scale, margin: margin.angle,
            overflow: overflow, gradient: gradient, using: &generator)
    }
}
