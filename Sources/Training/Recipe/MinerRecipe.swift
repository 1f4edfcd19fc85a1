import Configuration
import MetricLearning

/// Which pairs or triplets of a batch a loss learns from, with the settings.
struct MinerRecipe: Codable, Sendable {
    let settings: any MinerSettings

    /// The kinds of miner that recipes can name.
    static let kinds: [any MinerSettings.Type] = [
        BatchHardMinerSettings.self, BatchEasyHardMinerSettings.self, SemiHardMinerSettings.self,
        DistanceWeightedMinerSettings.self, MultiSimilarityMinerSettings.self, AngularMinerSettings.self,
    ]

    init(from decoder: any Decoder) throws {
        settings = try decoder.decodeKind(of: Self.kinds)
    }

    func encode(to encoder: any Encoder) throws {
        try settings.encodeNamed(to: encoder)
    }
}

/// Settings of a miner.
protocol MinerSettings: MethodSettings {
    /// Makes the miner.
    func make(using generator: inout some RandomNumberGenerator) -> any Miner
}

/// `batch-hard`.
struct BatchHardMinerSettings: MinerSettings {
    static let name = "batch-hard"
    static let summary = "Each anchor's farthest positive and nearest negative"
    static let formula = "p = argmax d_ap, n = argmin d_an"
    static let source = #"Hermans et al., "In Defense of the Triplet Loss", 2017"#

    let distance: DistanceSetting

    init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        distance = try container.value(.distance, default: .euclidean)
    }

    func make(using generator: inout some RandomNumberGenerator) -> any Miner {
        BatchHardMiner(distance: distance.distance)
    }
}

/// `batch-easy-hard`.
struct BatchEasyHardMinerSettings: MinerSettings {
    static let name = "batch-easy-hard"
    static let summary = "Easy, semi-hard or hard positives and negatives, mixed"
    static let formula = "p and n: the nearest, farthest, or nearest beyond the other"
    static let source = #"Xuan et al., "Improved Embeddings with Easy Positive Triplet Mining", WACV 2020"#

    let positives: BatchEasyHardMiner.Choice
    let negatives: BatchEasyHardMiner.Choice
    let distance: DistanceSetting

    init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        positives = try container.value(.positives, default: .easiest)
        negatives = try container.value(.negatives, default: .semiHard)
        distance = try container.value(.distance, default: .euclidean)
        let choices = [positives, negatives]
        if choices.contains(.semiHard) && !choices.contains(.easiest) && !choices.contains(.hardest) {
            throw container.invalid(
                .negatives, problem: "semiHard needs easiest or hardest beside it",
                remedy: "choose one of them for the other side")
        }
    }

    func make(using generator: inout some RandomNumberGenerator) -> any Miner {
        BatchEasyHardMiner(positives: positives, negatives: negatives, distance: distance.distance)
    }
}

/// `semi-hard`.
struct SemiHardMinerSettings: MinerSettings {
    static let name = "semi-hard"
    static let summary = "Negatives farther than the positive, within the margin"
    static let formula = "d_ap < d_an < d_ap + margin"
    static let source = #"Schroff et al., "FaceNet", CVPR 2015"#

    let margin: Double
    let selection: SemiHardMiner.Selection
    let distance: DistanceSetting

    init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        margin = try container.value(.margin, default: 0.2, .positive)
        selection = try container.value(.selection, default: .every)
        distance = try container.value(.distance, default: .euclidean)
    }

    func make(using generator: inout some RandomNumberGenerator) -> any Miner {
        SemiHardMiner(margin: margin, selection: selection, distance: distance.distance)
    }
}

/// `distance-weighted`.
struct DistanceWeightedMinerSettings: MinerSettings {
    static let name = "distance-weighted"
    static let summary = "A negative a positive, drawn evenly over distances"
    static let formula = "P(n) ~ 1 / (d^(D - 2) (1 - d^2 / 4)^((D - 3) / 2))"
    static let source = #"Wu et al., "Sampling Matters", ICCV 2017"#

    let cutoff: Double
    let farthest: Double

    init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        cutoff = try container.value(.cutoff, default: 0.5, .positive)
        farthest = try container.value(
            .farthest, default: 1.4, SettingCheck("a distance below 2") { $0 > 0 && $0 < 2 })
        if cutoff >= farthest {
            throw container.invalid(
                .cutoff, problem: "is not below farthest", remedy: "choose a cutoff below \(farthest)")
        }
    }

    func make(using generator: inout some RandomNumberGenerator) -> any Miner {
        DistanceWeightedMiner(cutoff: cutoff, farthest: farthest, using: &generator)
    }
}

/// `multi-similarity`.
struct MultiSimilarityMinerSettings: MinerSettings {
    static let name = "multi-similarity"
    static let summary = "Pairs harder than the anchor's easiest opposite"
    static let formula = "s_p < max s_n + tolerance, s_n > min s_p - tolerance"
    static let source = #"Wang et al., "Multi-Similarity Loss", CVPR 2019"#

    let tolerance: Double
    let distance: DistanceSetting

    init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        tolerance = try container.value(.tolerance, default: 0.1, .notNegative)
        distance = try container.value(.distance, default: .cosine)
    }

    func make(using generator: inout some RandomNumberGenerator) -> any Miner {
        MultiSimilarityMiner(tolerance: tolerance, distance: distance.distance)
    }
}

/// `angular`.
struct AngularMinerSettings: MinerSettings {
    static let name = "angular"
    static let summary = "Triplets whose negative sees the pair under a wide angle"
    static let formula = "atan(|a - p| / (2 |n - (a + p) / 2|)) > angle"
    static let source = #"Wang et al., "Angular Loss", ICCV 2017"#

    let angle: AngleSetting
    let normalized: Bool

    init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        angle = try container.value(
            .angle, default: AngleSetting(.degrees(20)),
            SettingCheck<AngleSetting>("radians above 0 and below 1.57, or degrees as 20deg") {
                $0.angle.radians > 0 && $0.angle.radians < .pi / 2
            })
        normalized = try container.value(.normalized, default: true)
    }

    func make(using generator: inout some RandomNumberGenerator) -> any Miner {
        AngularMiner(angle: angle.angle, normalized: normalized)
    }
}
