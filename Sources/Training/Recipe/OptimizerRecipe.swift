import Configuration
import NeuralNetwork

/// Which optimizer trains which parts, with its settings.
public struct OptimizerRecipe: Codable, Sendable {
    /// The parts: `backbone`, `head`, or the name of a loss.
    public let parts: [String]

    /// How the learning rate changes.
    public let schedule: ScheduleRecipe

    /// How it is drawn back after every few steps, if it is.
    let lookahead: LookaheadRecipe?

    let settings: any OptimizerSettings

    /// The kinds of optimizer that recipes can name.
    static let kinds: [any OptimizerSettings.Type] = [SGDSettings.self, AdamWSettings.self]

    private enum CodingKeys: String, CodingKey {
        case parts = "of"
        case schedule, lookahead
    }

    /// Reads `{ of: [...], name: ..., schedule: ..., ... }`.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        parts = try container.decode([String].self, forKey: .parts)
        settings = try decoder.decodeKind(of: Self.kinds)
        schedule = try container.value(.schedule, default: ScheduleRecipe(settings: ConstantSettings()))
        lookahead = try container.decodeIfPresent(LookaheadRecipe.self, forKey: .lookahead)
        if let cosine = schedule.settings as? CosineSettings, cosine.minimum > settings.learningRate {
            throw container.invalid(
                .schedule,
                problem: "falls to a minimum of \(cosine.minimum), above the learningRate of \(settings.learningRate)",
                remedy: "set schedule.minimum to \(settings.learningRate) or less")
        }
        if settings is AdamWSettings, let cycle = schedule.settings as? OneCycleSettings,
            cycle.momenta?.contains(1) == true
        {
            throw container.invalid(
                .schedule, problem: "has a momentum of 1, with which adamw divides by zero",
                remedy: "set schedule.momenta to numbers below 1")
        }
    }

    private init(_ other: OptimizerRecipe, parts: [String]) {
        self.parts = parts
        schedule = other.schedule
        lookahead = other.lookahead
        settings = other.settings
    }

    /// The same for those of its parts that are among `known`; nil when none is.
    func training(_ known: [String]) -> OptimizerRecipe? {
        let kept = parts.filter { known.contains($0) }
        return kept.isEmpty ? nil : OptimizerRecipe(self, parts: kept)
    }

    /// Makes the optimizer for `modules`.
    func make(_ modules: [Module]) -> any Optimizer {
        let optimizer = settings.make(modules)
        return lookahead.map {
            Lookahead(optimizer, interval: $0.interval, share: $0.share, power: $0.power)
        } ?? optimizer
    }

    /// Writes the parts, the name and all settings.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(parts, forKey: .parts)
        try settings.encodeNamed(to: encoder)
        try container.encode(schedule, forKey: .schedule)
        try container.encode(lookahead, forKey: .lookahead)
    }
}

/// Settings of an optimizer.
protocol OptimizerSettings: RecipeKind {
    /// The learning rate that a schedule starts from.
    var learningRate: Double { get }

    /// Makes the optimizer for `modules`.
    func make(_ modules: [Module]) -> any Optimizer
}

/// `sgd`.
struct SGDSettings: OptimizerSettings {
    static let name = "sgd"

    let learningRate: Double
    let momentum: Double
    let dampening: Double
    let weightDecay: Double
    let nesterov: Bool

    init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        learningRate = try container.value(.learningRate, .positive)
        momentum = try container.value(.momentum, default: 0, in: 0...1)
        dampening = try container.value(.dampening, default: 0, in: 0...1)
        weightDecay = try container.value(.weightDecay, default: 0, .notNegative)
        nesterov = try container.value(.nesterov, default: false)
        if nesterov && (momentum == 0 || dampening != 0) {
            throw container.invalid(
                .nesterov, problem: "needs momentum and no dampening", remedy: "set momentum above 0 and dampening to 0"
            )
        }
    }

    func make(_ modules: [Module]) -> any Optimizer {
        SGD(
            modules, learningRate: learningRate, momentum: momentum, dampening: dampening, weightDecay: weightDecay,
            nesterov: nesterov)
    }
}

/// `adamw`.
struct AdamWSettings: OptimizerSettings {
    static let name = "adamw"

    let learningRate: Double
    let betas: [Double]
    let epsilon: Double
    let weightDecay: Double
    let amsgrad: Bool

    init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        learningRate = try container.value(.learningRate, default: 1e-3, .positive)
        betas = try container.value(
            .betas, default: [0.9, 0.999],
            SettingCheck("two numbers of 0 to below 1") { $0.count == 2 && $0.allSatisfy { (0..<1).contains($0) } })
        epsilon = try container.value(.epsilon, default: 1e-8, .positive)
        weightDecay = try container.value(.weightDecay, default: 0.01, .notNegative)
        amsgrad = try container.value(.amsgrad, default: false)
    }

    func make(_ modules: [Module]) -> any Optimizer {
        AdamW(
            modules, learningRate: learningRate, betas: (betas[0], betas[1]), epsilon: epsilon,
            weightDecay: weightDecay, amsgrad: amsgrad)
    }
}
