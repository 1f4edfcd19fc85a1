import Configuration

/// Settings of one of several kinds, told apart by a name that stands beside them in the recipe.
///
/// A kind is a type of settings; adding one is writing its type and listing it in its family's `kinds`.
protocol RecipeKind: Codable, Sendable {
    /// The name in a recipe.
    static var name: String { get }
}

/// The key that holds a kind's name.
private enum NameKey: String, CodingKey {
    case name
}

extension Decoder {
    /// Reads the name, then the settings of the kind that bears it.
    func decodeKind<Family>(of kinds: [any RecipeKind.Type]) throws -> Family {
        let container = try container(keyedBy: NameKey.self)
        let name = try container.decode(String.self, forKey: .name)
        guard let kind = kinds.first(where: { $0.name == name }), let settings = try kind.init(from: self) as? Family
        else {
            let error = InvalidSetting.unknownName(name, among: kinds.map { $0.name })
            throw container.invalid(.name, problem: error.problem, remedy: error.remedy)
        }
        return settings
    }
}

extension RecipeKind {
    /// Writes the name, then the settings.
    func encodeNamed(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: NameKey.self)
        try container.encode(Self.name, forKey: .name)
        try encode(to: encoder)
    }
}
