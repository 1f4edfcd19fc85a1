import Configuration
import Files
import Torch

/// An experiment with several methods: the same data in the same order, the same network and budget, several seeds.
///
/// Written as a recipe without head and losses, and with `methods` and `seeds` instead.
public struct ComparisonRecipe: Codable, Sendable {
    /// What the comparison is called.
    public let name: String
    /// What it shows, and where its numbers come from.
    public let about: String
    /// The images.
    let data: DataRecipe
    /// The network.
    let backbone: BackboneRecipe
    /// The weights that every network begins with; fresh ones when nil.
    let weights: WeightsRecipe?
    /// What trains the parts that methods share; a part that a method lacks is passed over.
    let optimizers: [OptimizerRecipe]
    /// The limit on the common norm of all gradients.
    let gradientLimit: Double?
    /// How many times every image is learnt from.
    public let epochs: Int
    /// What is compared.
    public let methods: [ComparedMethod]
    /// What the draws of each repetition start from.
    public let seeds: [UInt64]
    /// The part with classes that training never sees; none when nil.
    public let unknown: UnknownClassesRecipe?
    let precision: Precision?
    let layout: MemoryFormat?
    /// How many processor threads an operator uses; the machine's cores when nil.
    public let threads: Int?

    private enum CodingKeys: String, CodingKey {
        case name, about, data, backbone, weights, optimizers, gradientLimit, epochs, methods, seeds, unknown, precision
        case layout, threads
    }

    /// Reads a comparison with everything that is not written defaulted.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        name = try container.value(.name, .folderName)
        about = try container.value(.about, default: "")
        data = try container.decode(DataRecipe.self, forKey: .data)
        backbone = try container.decode(BackboneRecipe.self, forKey: .backbone)
        weights = try container.decodeIfPresent(WeightsRecipe.self, forKey: .weights)
        optimizers = try container.decode([OptimizerRecipe].self, forKey: .optimizers)
        gradientLimit = try container.optional(.gradientLimit, .positive)
        epochs = try container.value(.epochs, .within(1...1_000_000))
        methods = try container.value(
            .methods,
            SettingCheck("a list of methods, each with a name of its own") { methods in
                !methods.isEmpty && Set(methods.map { $0.name }).count == methods.count
            })
        seeds = try container.value(
            .seeds, default: [0],
            SettingCheck("a list of different numbers") { !$0.isEmpty && Set($0).count == $0.count })
        unknown = try container.decodeIfPresent(UnknownClassesRecipe.self, forKey: .unknown)
        precision = try container.decodeIfPresent(Precision.self, forKey: .precision)
        layout = try container.decodeIfPresent(MemoryFormat.self, forKey: .layout)
        threads = try container.optional(.threads, .positive)
    }

    /// Reads a comparison from YAML text, and sees that each of its methods makes a recipe.
    ///
    /// - Parameters:
    ///   - yaml: the text.
    ///   - source: where the text is from, for messages.
    ///   - overrides: `key=value` texts, applied in order.
    /// - Throws: `UserFacingError` that names the file, the setting and the remedy.
    public init(yaml: String, source: String, overrides: [String] = []) throws {
        var document = try ConfigurationDocument(yaml: yaml, source: source)
        for override in overrides { try document.set(override) }
        self = try document.decode(ComparisonRecipe.self)
        for method in methods { _ = try recipe(of: method, seed: seeds[0], source: source) }
    }

    /// The comparison as YAML with everything written out; it reads back to the same.
    public func yaml() throws -> String {
        try ConfigurationWriter.yaml(of: self)
    }

    /// The recipe that trains `method` from `seed`.
    ///
    /// - Throws: `UserFacingError` when the method and what it shares with the others do not fit together.
    public func recipe(of method: ComparedMethod, seed: UInt64, source: String? = nil) throws -> Recipe {
        let parts = ["backbone"] + (type(of: method.head.settings).teaches ? ["head"] : []) + method.losses.map(\.name)
        let own = method.optimizers.flatMap(\.parts)
        let shared = optimizers.compactMap { $0.training(parts.filter { !own.contains($0) }) }
        let whole = MethodDocument(
            name: method.name, about: "\(name): \(method.name)", data: data, backbone: backbone, weights: weights,
            head: method.head, losses: method.losses, optimizers: shared + method.optimizers,
            gradientLimit: method.gradientLimit ?? gradientLimit, epochs: epochs, seed: seed, precision: precision,
            layout: layout, threads: threads)
        return try Recipe(yaml: ConfigurationWriter.yaml(of: whole), source: "\(source ?? name): \(method.name)")
    }
}

/// A recipe's settings, to be written and read as one, so that all its checks are made.
private struct MethodDocument: Encodable {
    let name: String
    let about: String
    let data: DataRecipe
    let backbone: BackboneRecipe
    let weights: WeightsRecipe?
    let head: HeadRecipe
    let losses: [LossRecipe]
    let optimizers: [OptimizerRecipe]
    let gradientLimit: Double?
    let epochs: Int
    let seed: UInt64
    let precision: Precision?
    let layout: MemoryFormat?
    let threads: Int?
}
