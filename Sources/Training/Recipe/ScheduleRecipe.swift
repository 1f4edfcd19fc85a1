import Configuration
import NeuralNetwork

/// How a learning rate changes, with its settings.
public struct ScheduleRecipe: Codable, Sendable {
    /// What a step of the schedule is.
    public enum Unit: String, Codable, CaseIterable, Sendable {
        case epoch, iteration
    }

    /// What a step of the schedule is.
    public let unit: Unit

    /// How many steps the learning rate first rises linearly.
    public let warmUp: Int

    /// The share of the learning rate that the rise begins at.
    public let warmUpFrom: Double

    let settings: any ScheduleSettings

    /// The kinds of schedule that recipes can name.
    static let kinds: [any ScheduleSettings.Type] = [
        ConstantSettings.self, StepSettings.self, MultiStepSettings.self, CosineSettings.self, PolynomialSettings.self,
        OneCycleSettings.self,
    ]

    private enum CodingKeys: String, CodingKey {
        case unit = "by"
        case warmUp, warmUpFrom
    }

    init(settings: any ScheduleSettings) {
        self.settings = settings
        unit = .epoch
        warmUp = 0
        warmUpFrom = 0.01
    }

    /// Reads `{ name: ..., by: ..., ... }`.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        settings = try decoder.decodeKind(of: Self.kinds)
        unit = try container.value(.unit, default: type(of: settings).usualUnit)
        warmUp = try container.value(.warmUp, default: 0, .notNegative)
        warmUpFrom = try container.value(.warmUpFrom, default: 0.01, in: 0...1)
    }

    /// Writes the name and all settings.
    public func encode(to encoder: any Encoder) throws {
        try settings.encodeNamed(to: encoder)
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(unit, forKey: .unit)
        try container.encode(warmUp, forKey: .warmUp)
        try container.encode(warmUpFrom, forKey: .warmUpFrom)
    }

    /// The schedule for a training of so many steps in the recipe's unit.
    func make(steps: Int) -> any Schedule {
        let main = settings.make(steps: max(2, steps - warmUp))
        return warmUp == 0 ? main : WarmUpSchedule(steps: warmUp, from: warmUpFrom, then: main)
    }
}

/// Settings of a schedule.
protocol ScheduleSettings: RecipeKind {
    /// What a step is where the recipe does not say.
    static var usualUnit: ScheduleRecipe.Unit { get }

    /// Makes the schedule for so many steps.
    func make(steps: Int) -> any Schedule
}

extension ScheduleSettings {
    static var usualUnit: ScheduleRecipe.Unit { .epoch }
}

/// `constant`.
struct ConstantSettings: ScheduleSettings {
    static let name = "constant"

    func make(steps: Int) -> any Schedule { ConstantSchedule() }
}

/// `step`.
struct StepSettings: ScheduleSettings {
    static let name = "step"

    let every: Int
    let factor: Double

    init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        every = try container.value(.every, .positive)
        factor = try container.value(.factor, default: 0.1, .positive)
    }

    func make(steps: Int) -> any Schedule { StepSchedule(every: every, factor: factor) }
}

/// `multistep`.
struct MultiStepSettings: ScheduleSettings {
    static let name = "multistep"

    let milestones: [Int]
    let factor: Double

    init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        milestones = try container.value(
            .milestones,
            SettingCheck("numbers of 0 or above") { milestones in milestones.allSatisfy { $0 >= 0 } })
        factor = try container.value(.factor, default: 0.1, .positive)
    }

    func make(steps: Int) -> any Schedule { MultiStepSchedule(milestones: milestones, factor: factor) }
}

/// `cosine`.
struct CosineSettings: ScheduleSettings {
    static let name = "cosine"

    let minimum: Double

    init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        minimum = try container.value(.minimum, default: 0, .notNegative)
    }

    func make(steps: Int) -> any Schedule { CosineSchedule(steps: steps, minimum: minimum) }
}

/// `polynomial`.
struct PolynomialSettings: ScheduleSettings {
    static let name = "polynomial"

    let power: Double

    init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        power = try container.value(.power, default: 1, .positive)
    }

    func make(steps: Int) -> any Schedule { PolynomialSchedule(steps: steps, power: power) }
}

/// `onecycle`.
struct OneCycleSettings: ScheduleSettings {
    static let name = "onecycle"
    static let usualUnit = ScheduleRecipe.Unit.iteration

    let rise: Double
    let curve: OneCycleSchedule.Curve
    let startDivisor: Double
    let endDivisor: Double
    let threePhase: Bool
    let momenta: [Double]?

    init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        rise = try container.value(.rise, default: 0.3, in: 0...1)
        curve = try container.value(.curve, default: .cosine)
        startDivisor = try container.value(.startDivisor, default: 25, .positive)
        endDivisor = try container.value(.endDivisor, default: 1e4, .positive)
        threePhase = try container.value(.threePhase, default: false)
        momenta = try container.optional(
            .momenta, SettingCheck("two numbers of 0 to 1") { $0.count == 2 && $0.allSatisfy { (0...1).contains($0) } })
    }

    func make(steps: Int) -> any Schedule {
        OneCycleSchedule(
            steps: steps, rise: rise, curve: curve, startDivisor: startDivisor, endDivisor: endDivisor,
            threePhase: threePhase, momenta: momenta.map { (base: $0[0], greatest: $0[1]) })
    }
}
