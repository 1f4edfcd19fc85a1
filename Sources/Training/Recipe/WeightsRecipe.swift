import Configuration

/// The weights that the backbone begins with.
public struct WeightsRecipe: Codable, Sendable {
    /// The file: safetensors, a bundle of this program, or what `torch.save` wrote.
    public let file: String

    /// Whether all names and shapes must fit; otherwise what fits is taken and the rest is named.
    public let strict: Bool

    /// What the names to take begin with, such as `module.`; found out when nil.
    public let prefix: String?

    /// The part of a checkpoint, such as `ema`; the one with the weights when nil.
    public let part: String?

    private enum CodingKeys: String, CodingKey {
        case file, strict, prefix, part
    }

    /// Reads `{ file: resnet18.pth, strict: false }`.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        file = try container.value(.file, SettingCheck("a path") { !$0.isEmpty })
        strict = try container.value(.strict, default: true)
        prefix = try container.decodeIfPresent(String.self, forKey: .prefix)
        part = try container.decodeIfPresent(String.self, forKey: .part)
    }

    /// Writes all settings.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(file, forKey: .file)
        try container.encode(strict, forKey: .strict)
        try container.encode(prefix, forKey: .prefix)
        try container.encode(part, forKey: .part)
    }
}
