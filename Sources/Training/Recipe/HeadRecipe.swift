import Configuration
import MetricLearning

/// Which classifier head teaches the embeddings, with its settings.
public struct HeadRecipe: Codable, Sendable {
    let settings: any HeadSettings

    /// How many classes take part in a step; all when nil.
    let sample: SampleRecipe?

    /// The share of each label that is divided among all classes.
    let labelSmoothing: Double

    /// The kinds of head that recipes can name.
    static let kinds: [any HeadSettings.Type] = [
        SoftmaxHeadSettings.self, NormSoftmaxHeadSettings.self, L2SoftmaxHeadSettings.self, ArcFaceHeadSettings.self,
        CosFaceHeadSettings.self, SphereFaceHeadSettings.self, CombinedMarginHeadSettings.self,
        SubCenterArcFaceHeadSettings.self, AdaFaceHeadSettings.self, MagFaceHeadSettings.self,
        CurricularFaceHeadSettings.self, ElasticFaceArcHeadSettings.self, ElasticFaceCosHeadSettings.self,
        NearestMeanHeadSettings.self,
    ]

    /// The head of a recipe that names none: it teaches nothing and tells classes by their means.
    static let none = HeadRecipe(settings: NearestMeanHeadSettings())

    private enum CodingKeys: String, CodingKey {
        case sample, labelSmoothing
    }

    private init(settings: any HeadSettings) {
        self.settings = settings
        sample = nil
        labelSmoothing = 0
    }

    /// Reads `{ name: ..., ... }`.
    public init(from decoder: any Decoder) throws {
        settings = try decoder.decodeKind(of: Self.kinds)
        let container = try decoder.container(keyedBy: CodingKeys.self)
        let kind = type(of: settings)
        sample = kind.canSample ? try container.decodeIfPresent(SampleRecipe.self, forKey: .sample) : nil
        labelSmoothing = kind.teaches ? try container.value(.labelSmoothing, default: 0, .within(0..<1)) : 0
    }

    /// Makes the head.
    func make(classes: Int, embedding: Int, using generator: inout some RandomNumberGenerator) -> any ClassifierHead {
        let head = settings.make(classes: classes, embedding: embedding, using: &generator)
        if let sample, let many = head as? any ManyClassHead {
            many.sampler = ClassSampler(rate: sample.rate, others: sample.others)
        }
        if let entropic = head as? any CrossEntropyHead { entropic.labelSmoothing = labelSmoothing }
        return head
    }

    /// Writes the name and all settings; those that any head may have only where they change something.
    public func encode(to encoder: any Encoder) throws {
        try settings.encodeNamed(to: encoder)
        var container = encoder.container(keyedBy: CodingKeys.self)
        if let sample { try container.encode(sample, forKey: .sample) }
        if labelSmoothing != 0 { try container.encode(labelSmoothing, forKey: .labelSmoothing) }
    }
}

/// Settings of a classifier head.
protocol HeadSettings: MethodSettings {
    /// Whether the head has class vectors of which the directions count.
    static var isAngular: Bool { get }

    /// Whether the head teaches the embeddings, and an optimizer must train it.
    static var teaches: Bool { get }

    /// Whether a share of the classes may be drawn for each step: whether the head is a ``ManyClassHead``.
    static var canSample: Bool { get }

    /// Whether the head keeps what it has seen of batches, beside its parameters.
    static var followsBatches: Bool { get }

    /// Makes the head.
    func make(classes: Int, embedding: Int, using generator: inout some RandomNumberGenerator) -> any ClassifierHead
}

extension HeadSettings {
    static var isAngular: Bool { true }
    static var teaches: Bool { true }
    static var canSample: Bool { false }
    static var followsBatches: Bool { false }
}

/// `nearest-mean`.
struct NearestMeanHeadSettings: HeadSettings {
    static let name = "nearest-mean"
    static let summary = "Classes told by their mean, where losses alone teach"
    static let formula = "logits = cos(x, mean_j); loss 0"
    static let source = #"Mensink et al., "Distance-Based Image Classification", TPAMI 2013"#
    static let isAngular = false
    static let teaches = false

    let momentum: Double

    init() {
        momentum = 0.1
    }

    init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        momentum = try container.value(
            .momentum, default: Self().momentum, SettingCheck("a number above 0 and up to 1") { $0 > 0 && $0 <= 1 })
    }

    func make(classes: Int, embedding: Int, using generator: inout some RandomNumberGenerator) -> any ClassifierHead {
        NearestMeanHead(classes: classes, embedding: embedding, momentum: momentum)
    }
}

/// `softmax`.
struct SoftmaxHeadSettings: HeadSettings {
    static let name = "softmax"
    static let summary = "Softmax over a linear map, the plain beginning"
    static let formula = "logits = W x + b"
    static let source = "Bridle, Neurocomputing, 1990"
    static let isAngular = false

    let bias: Bool

    init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        bias = try container.value(.bias, default: true)
    }

    func make(classes: Int, embedding: Int, using generator: inout some RandomNumberGenerator) -> any ClassifierHead {
        SoftmaxHead(classes: classes, embedding: embedding, bias: bias, using: &generator)
    }
}
