import Configuration

/// Classes that are left out of training, to see how far they lie from those that were learnt.
public struct UnknownClassesRecipe: Codable, Sendable {
    /// How many are left out: in rotation `i` the classes `i` to `i + classes - 1`, going on from 0 after the last.
    public let classes: Int
    /// How many rotations there are, the first ones; rotation `i` draws from the seed at place `i`, going round.
    public let rotations: Int

    private enum CodingKeys: String, CodingKey {
        case classes, rotations
    }

    /// Reads `{ classes: 5, rotations: 3 }`.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        classes = try container.value(.classes, .positive)
        rotations = try container.value(.rotations, default: 1, .positive)
    }
}
