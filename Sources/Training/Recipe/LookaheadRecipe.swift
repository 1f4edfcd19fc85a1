import Configuration

/// How an optimizer is drawn back to a slow copy of the parameters: ``Lookahead``.
struct LookaheadRecipe: Codable, Sendable {
    /// How many steps the optimizer takes before the slow copy moves.
    let interval: Int
    /// How much of the way the slow copy goes at the end of the training.
    let share: Double
    /// How the share falls to that: `1 - (1 - share) * progress^power`.
    let power: Double

    private enum CodingKeys: String, CodingKey {
        case interval, share, power
    }

    /// Reads `{ interval: 5, share: 0.5, power: 0 }`.
    init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        interval = try container.value(.interval, default: 5, .positive)
        share = try container.value(
            .share, default: 0.5, SettingCheck("a share above 0 and up to 1") { $0 > 0 && $0 <= 1 })
        power = try container.value(.power, default: 0, .notNegative)
    }
}
