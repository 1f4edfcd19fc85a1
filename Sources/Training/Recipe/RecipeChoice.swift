import Configuration

/// Settings that a recipe chooses by a name that stands beside them.
///
/// Adding some is writing their type and listing it in its family's `kinds`.
protocol NamedSettings: Codable, Sendable {
    /// The names that the type stands for: one, or one for each size of a network.
    static var names: [String] { get }

    /// The name of these settings, one of ``names``.
    var name: String { get }
}

/// Settings of one of several kinds, each of one name.
protocol RecipeKind: NamedSettings {
    /// The name in a recipe.
    static var name: String { get }
}

extension RecipeKind {
    static var names: [String] { [name] }
    var name: String { Self.name }
}

/// Settings of one of several sizes, whose names are the cases of an enumeration.
protocol RecipeFamily: NamedSettings {
    /// The sizes.
    associatedtype Variant: CaseIterable & RawRepresentable<String>

    /// The size that the name says.
    var variant: Variant { get }
}

extension RecipeFamily {
    static var names: [String] { Variant.allCases.map(\.rawValue) }
    var name: String { variant.rawValue }
}

/// The key that holds a kind's name.
private enum NameKey: String, CodingKey {
    case name
}

extension Decoder {
    /// Reads the name, then the settings of the kind that bears it.
    func decodeKind<Family>(of kinds: [any NamedSettings.Type]) throws -> Family {
        let container = try container(keyedBy: NameKey.self)
        let name = try container.decode(String.self, forKey: .name)
        guard let kind = kinds.first(where: { $0.names.contains(name) }),
            let settings = try kind.init(from: self) as? Family
        else {
            let error = InvalidSetting.unknownName(name, among: kinds.flatMap { $0.names })
            throw container.invalid(.name, problem: error.problem, remedy: error.remedy)
        }
        return settings
    }
}

extension NamedSettings {
    /// Writes the name, then the settings.
    func encodeNamed(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: NameKey.self)
        try container.encode(name, forKey: .name)
        try encode(to: encoder)
    }
}
