import Configuration
import Files

extension Method {
    /// All methods that recipes can name, by family, in the order in which they are best learnt.
    ///
    /// - Throws: what decoding a method without any settings throws, where it has some that must be given.
    public static func all() throws -> [Method] {
        try HeadRecipe.kinds.map { kind in
            let recipe = try HeadRecipe(named: kind.name)
            return try Method(kind, .head, [recipe.settings], of: recipe)
        }
            + LossRecipe.kinds.map { kind in
                let recipe = try document(naming: kind.name).decode(LossRecipe.self)
                return try Method(kind, .loss, [recipe.settings, recipe.pairs], of: recipe)
            }
            + MinerRecipe.kinds.map { kind in
                let recipe = try document(naming: kind.name).decode(MinerRecipe.self)
                return try Method(kind, .miner, [recipe.settings], of: recipe)
            }
            + SamplerRecipe.kinds.map { kind in
                let recipe = try document(naming: kind.name).decode(SamplerRecipe.self)
                return try Method(kind, .sampler, [recipe.settings], of: recipe)
            }
    }

    private init(
        _ kind: any MethodSettings.Type, _ family: Family, _ settings: [Any], of recipe: some Encodable
    ) throws {
        let fields = settings.flatMap { Mirror(reflecting: $0).children.map { ($0.label ?? "", $0.value) } }
        let values = Dictionary(fields, uniquingKeysWith: { $1 })
        let yaml = try ConfigurationWriter.yaml(of: recipe)
        self.init(
            family: family, name: kind.name, summary: kind.summary, formula: kind.formula, source: kind.source,
            settings: yaml.split(separator: "\n").dropFirst().map { line in
                let parts = line.split(separator: ": ", maxSplits: 1).map(String.init)
                return Setting(
                    name: parts[0], value: parts.count > 1 ? parts[1] : "", choices: choices(of: values[parts[0]]))
            })
    }
}

extension HeadRecipe {
    /// Reads a head from its name and settings as they stand on a command line.
    ///
    /// - Parameters:
    ///   - name: the name in a recipe.
    ///   - overrides: `key=value` texts, applied in order.
    /// - Throws: `UserFacingError` that names the setting and the nearest known name.
    public init(named name: String, overrides: [String] = []) throws {
        guard Self.kinds.contains(where: { $0.name == name }) else {
            let error = InvalidSetting.unknownName(name, among: Self.kinds.map { $0.name })
            throw UserFacingError("head", problem: error.problem, remedy: error.remedy)
        }
        var document = try document(naming: name)
        for override in overrides { try document.set(override) }
        self = try document.decode(HeadRecipe.self)
    }
}

/// A recipe's part that says its name alone.
private func document(naming name: String) throws -> ConfigurationDocument {
    try ConfigurationDocument(yaml: "name: \(name)", source: name)
}

/// The words that a value is chosen from.
private func choices(of value: Any?) -> [String] {
    guard let value else { return [] }
    // A setting that may be left out holds its value one level deeper.
    let mirror = Mirror(reflecting: value)
    if mirror.displayStyle == .optional { return choices(of: mirror.children.first?.value) }
    guard let type = type(of: value) as? any CaseIterable.Type else { return [] }
    func words<T: CaseIterable>(_ type: T.Type) -> [String] {
        type.allCases.compactMap { ($0 as? any RawRepresentable)?.rawValue as? String }
    }
    return words(type)
}
