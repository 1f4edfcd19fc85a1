import Configuration

/// Parts of the model that do not learn, always or for the first epochs.
public struct FrozenRecipe: Codable, Sendable {
    /// The parts: `backbone`, or by their full names `backbone.layer1`, `backbone.conv1.weight`.
    public let parts: [String]

    /// The epoch, from 1, from which they learn; never when nil.
    public let until: Int?

    private enum CodingKeys: String, CodingKey {
        case parts = "of"
        case until
    }

    /// Reads `{ of: [backbone.layer1], until: 3 }`.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        parts = try container.value(.parts, SettingCheck("a list of names") { !$0.isEmpty })
        until = try container.optional(.until, SettingCheck("an epoch above 1") { $0 > 1 })
    }

    /// Writes both.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(parts, forKey: .parts)
        try container.encode(until, forKey: .until)
    }

    /// Whether they are frozen in `epoch`, from 1.
    func isActive(epoch: Int) -> Bool {
        until.map { epoch < $0 } ?? true
    }
}
