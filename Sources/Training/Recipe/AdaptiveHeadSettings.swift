import Configuration
import MetricLearning

/// `adaface`.
struct AdaFaceHeadSettings: HeadSettings {
    static let name = "adaface"
    static let summary = "A margin that follows the length of the embedding"
    static let formula = "logit_y = s (cos(theta_y - margin g) - (margin + margin g)), g from |x| in -1...1"
    static let source = #"Kim et al., "AdaFace", CVPR 2022"#
    static let followsBatches = true
    static let canSample = true

    let scale: Double
    let margin: AngleSetting
    let concentration: Double
    let momentum: Double

    init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        scale = try container.value(.scale, default: 64, in: 1e-6...1e6)
        margin = try container.value(.margin, default: AngleSetting(.radians(0.4)), AngleSetting.isMargin)
        concentration = try container.value(.concentration, default: 0.333, .notNegative)
        momentum = try container.value(.momentum, default: 0.01, in: 0...1)
    }

    func make(classes: Int, embedding: Int, using generator: inout some RandomNumberGenerator) -> any ClassifierHead {
        AdaFaceHead(
            classes: classes, embedding: embedding, scale: scale, margin: margin.angle, concentration: concentration,
            momentum: momentum, using: &generator)
    }
}

/// `magface`.
struct MagFaceHeadSettings: HeadSettings {
    static let name = "magface"
    static let summary = "A margin that grows with the length, which tells quality"
    static let formula = "logit_y = s cos(theta_y + m(|x|)), plus regularisation mean(a / u^2 + 1 / a)"
    static let source = #"Meng et al., "MagFace", CVPR 2021"#
    static let canSample = true

    let scale: Double
    let lengths: [Double]
    let margins: [AngleSetting]
    let regularisation: Double
    let overflow: MarginOverflow
    let gradient: MarginGradient

    init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        scale = try container.value(.scale, default: 64, in: 1e-6...1e6)
        lengths = try container.value(
            .lengths, default: [10, 110],
            SettingCheck<[Double]>("two lengths, the smaller above 0 first") { lengths in
                lengths.count == 2 && lengths[0] > 0 && lengths[0] < lengths[1]
            })
        margins = try container.value(
            .margins, default: [AngleSetting(.radians(0.45)), AngleSetting(.radians(0.8))],
            SettingCheck<[AngleSetting]>("two angles of 0 to below pi, the smaller first") { angles in
                angles.count == 2 && angles[0].angle.radians >= 0
                    && angles[0].angle.radians <= angles[1].angle.radians && angles[1].angle.radians < .pi
            })
        regularisation = try container.value(.regularisation, default: 35, .notNegative)
        overflow = try container.value(.overflow, default: .easy)
        gradient = try container.value(.gradient, default: .exact)
    }

    func make(classes: Int, embedding: Int, using generator: inout some RandomNumberGenerator) -> any ClassifierHead {
        MagFaceHead(
            classes: classes, embedding: embedding, scale: scale, lengths: lengths[0]...lengths[1],
            leastMargin: margins[0].angle, greatestMargin: margins[1].angle, regularisation: regularisation,
            overflow: overflow, gradient: gradient, using: &generator)
    }
}

/// `curricularface`.
struct CurricularFaceHeadSettings: HeadSettings {
    static let name = "curricularface"
    static let summary = "ArcFace that weighs hard classes more as training goes on"
    static let formula = "logit_y = s cos(theta_y + margin), hard others s c_j (t + c_j)"
    static let source = #"Huang et al., "CurricularFace", CVPR 2020"#
    static let followsBatches = true

    let scale: Double
    let margin: AngleSetting
    let momentum: Double
    let overflow: MarginOverflow
    let gradient: MarginGradient

    init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        scale = try container.value(.scale, default: 64, in: 1e-6...1e6)
        margin = try container.value(.margin, default: AngleSetting(.radians(0.5)), AngleSetting.isMargin)
        momentum = try container.value(.momentum, default: 0.01, in: 0...1)
        overflow = try container.value(.overflow, default: .cosine)
        gradient = try container.value(.gradient, default: .exact)
    }

    func make(classes: Int, embedding: Int, using generator: inout some RandomNumberGenerator) -> any ClassifierHead {
        CurricularFaceHead(
            classes: classes, embedding: embedding, scale: scale, margin: margin.angle, momentum: momentum,
            overflow: overflow, gradient: gradient, using: &generator)
    }
}

/// `elasticface-arc`.
struct ElasticFaceArcHeadSettings: HeadSettings {
    static let name = "elasticface-arc"
    static let summary = "ArcFace with a margin drawn for each sample"
    static let formula = "logit_y = s cos(theta_y + m_i), m_i normal"
    static let source = #"Boutros et al., "ElasticFace", CVPR Workshops 2022"#
    static let canSample = true

    let scale: Double
    let margin: AngleSetting
    let deviation: AngleSetting
    let sortsMargins: Bool
    let overflow: MarginOverflow

    init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        scale = try container.value(.scale, default: 64, in: 1e-6...1e6)
        margin = try container.value(.margin, default: AngleSetting(.radians(0.5)), AngleSetting.isMargin)
        deviation = try container.value(.deviation, default: AngleSetting(.radians(0.05)), AngleSetting.isMargin)
        sortsMargins = try container.value(.sortsMargins, default: false)
        overflow = try container.value(.overflow, default: .none)
    }

    func make(classes: Int, embedding: Int, using generator: inout some RandomNumberGenerator) -> any ClassifierHead {
        ElasticFaceHead(
            classes: classes, embedding: embedding, scale: scale,
            margin: .arc(mean: margin.angle, deviation: deviation.angle), sortsMargins: sortsMargins,
            overflow: overflow, using: &generator)
    }
}

/// `elasticface-cos`.
struct ElasticFaceCosHeadSettings: HeadSettings {
    static let name = "elasticface-cos"
    static let summary = "CosFace with a margin drawn for each sample"
    static let formula = "logit_y = s (cos(theta_y) - m_i), m_i normal"
    static let source = #"Boutros et al., "ElasticFace", CVPR Workshops 2022"#
    static let canSample = true

    let scale: Double
    let margin: Double
    let deviation: Double
    let sortsMargins: Bool

    init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        scale = try container.value(.scale, default: 64, in: 1e-6...1e6)
        margin = try container.value(.margin, default: 0.35, in: 0...2)
        deviation = try container.value(.deviation, default: 0.05, in: 0...1)
        sortsMargins = try container.value(.sortsMargins, default: false)
    }

    func make(classes: Int, embedding: Int, using generator: inout some RandomNumberGenerator) -> any ClassifierHead {
        ElasticFaceHead(
            classes: classes, embedding: embedding, scale: scale, margin: .cosine(mean: margin, deviation: deviation),
            sortsMargins: sortsMargins, using: &generator)
    }
}
