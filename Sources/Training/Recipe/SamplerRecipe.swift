import Configuration
import Files
import MetricLearning

/// How the batches of an epoch are laid out, with the settings.
public struct SamplerRecipe: Codable, Sendable {
    let settings: any SamplerSettings

    /// The kinds of sampler that recipes can name.
    static let kinds: [any SamplerSettings.Type] = [
        ShuffledSettings.self, PerClassSamplerSettings.self, BalancedSamplerSettings.self,
        HierarchicalSamplerSettings.self, EpisodicSamplerSettings.self,
    ]

    init(settings: any SamplerSettings) {
        self.settings = settings
    }

    /// Reads `{ name: ..., ... }`.
    public init(from decoder: any Decoder) throws {
        settings = try decoder.decodeKind(of: Self.kinds)
    }

    /// Writes the name and all settings.
    public func encode(to encoder: any Encoder) throws {
        try settings.encodeNamed(to: encoder)
    }
}

/// Settings of a sampler.
protocol SamplerSettings: MethodSettings {
    /// Makes the sampler for samples with these labels.
    ///
    /// - Throws: `UserFacingError` when the labels do not give what is asked for.
    func make(labels: [Int], classNames: [String], batch: Int) throws -> any BatchSampler
}

/// `shuffled`.
struct ShuffledSettings: SamplerSettings {
    static let name = "shuffled"
    static let summary = "Every image once an epoch, in random order"
    static let formula = "batches of data.batch"
    static let source = "the usual way"

    func make(labels: [Int], classNames: [String], batch: Int) -> any BatchSampler {
        ShuffledSampler(count: labels.count, batch: batch)
    }
}

/// `per-class`.
struct PerClassSamplerSettings: SamplerSettings {
    static let name = "per-class"
    static let summary = "As many images of each class in the batch"
    static let formula = "data.batch / perClass classes, perClass images of each"
    static let source = #"Hermans et al., "In Defense of the Triplet Loss", 2017"#

    let perClass: Int

    init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        perClass = try container.value(.perClass, default: 4, .positive)
    }

    func make(labels: [Int], classNames: [String], batch: Int) throws -> any BatchSampler {
        try PerClassSampler(labels: labels, perClass: perClass, batch: batch)
    }
}

/// `balanced`.
struct BalancedSamplerSettings: SamplerSettings {
    static let name = "balanced"
    static let summary = "Every class equally often, however rare"
    static let formula = "classes in rounds, images of each in rounds"
    static let source = "the usual remedy for rare classes"

    let samples: Int?

    init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        samples = try container.optional(.samples, .positive)
    }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(samples, forKey: .samples)
    }

    private enum CodingKeys: String, CodingKey {
        case samples
    }

    func make(labels: [Int], classNames: [String], batch: Int) throws -> any BatchSampler {
        try BalancedSampler(labels: labels, batch: batch, samples: samples)
    }
}

/// `hierarchical`.
struct HierarchicalSamplerSettings: SamplerSettings {
    static let name = "hierarchical"
    static let summary = "Classes of a few groups, so that negatives are hard"
    static let formula = "groups x classesPerGroup x perClass images"
    static let source = #"after Ge et al., "Hierarchical Triplet Loss", ECCV 2018"#

    /// The names of the classes of each group; each class in one.
    let members: [[String]]
    let groups: Int
    let classesPerGroup: Int
    let perClass: Int

    init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        members = try container.value(.members, default: [])
        groups = try container.value(.groups, default: 2, .positive)
        classesPerGroup = try container.value(.classesPerGroup, default: 2, .positive)
        perClass = try container.value(.perClass, default: 4, .positive)
    }

    func make(labels: [Int], classNames: [String], batch: Int) throws -> any BatchSampler {
        var groupOfLabel: [Int: Int] = [:]
        for (group, names) in members.enumerated() {
            for name in names {
                guard let label = classNames.firstIndex(of: name) else {
                    let error = InvalidSetting.unknownName(name, among: classNames)
                    throw UserFacingError(
                        "recipe", field: "data.sampler.members", problem: error.problem, remedy: error.remedy)
                }
                groupOfLabel[label] = group
            }
        }
        return try HierarchicalSampler(
            labels: labels, groupOfLabel: groupOfLabel, groups: groups, classesPerGroup: classesPerGroup,
            perClass: perClass)
    }
}

/// `episodic`.
struct EpisodicSamplerSettings: SamplerSettings {
    static let name = "episodic"
    static let summary = "Episodes of support and queries, for prototypical"
    static let formula = "ways x shots, then ways x queries images"
    static let source = #"Vinyals et al., "Matching Networks", NIPS 2016"#

    let ways: Int
    let shots: Int
    let queries: Int
    let episodes: Int

    init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        ways = try container.value(.ways, default: 5, .positive)
        shots = try container.value(.shots, default: 5, .positive)
        queries = try container.value(.queries, default: 15, .positive)
        episodes = try container.value(.episodes, default: 100, .positive)
    }

    func make(labels: [Int], classNames: [String], batch: Int) throws -> any BatchSampler {
        try EpisodicSampler(labels: labels, ways: ways, shots: shots, queries: queries, episodes: episodes)
    }
}
