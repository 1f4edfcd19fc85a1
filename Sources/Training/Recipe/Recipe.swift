import Configuration
import Files
import MetricLearning
public import Torch

/// An experiment: everything that decides its numbers, with a default for all that is not written.
///
/// Precedence is the file, then `key=value` overrides. An unknown key, name or value is an error that names the nearest
/// known one.
public struct Recipe: Codable, Sendable {
    /// What runs are called.
    public let name: String
    /// What the experiment shows, and where its numbers come from.
    public let about: String
    /// The images.
    public let data: DataRecipe
    /// The network.
    public let backbone: BackboneRecipe
    /// The classifier; where none is named, the nearest mean, which teaches nothing.
    public let head: HeadRecipe
    /// The weights that the backbone begins with; fresh ones when nil.
    public let weights: WeightsRecipe?
    /// Pairs of images that every epoch's model is measured on beside the test images.
    public let verification: [VerificationRecipe]
    /// What does not learn, or not from the beginning.
    public let frozen: [FrozenRecipe]
    /// Losses beside the head's.
    public let losses: [LossRecipe]
    /// What trains which part.
    public let optimizers: [OptimizerRecipe]
    /// The limit on the common norm of all gradients; none when nil.
    public let gradientLimit: Double?
    /// How many times every image is learnt from.
    public let epochs: Int
    /// What every draw starts from.
    public let seed: UInt64
    /// The precision of products; the device's best when nil.
    public internal(set) var precision: Precision?
    /// How images lie in memory; channels last when nil.
    public internal(set) var layout: MemoryFormat?
    /// How many processor threads an operator uses; the machine's cores when nil.
    public internal(set) var threads: Int?

    private enum CodingKeys: String, CodingKey {
        case name, about, data, verification, backbone, weights, frozen, head, losses, optimizers, gradientLimit,
            epochs, seed, precision, layout, threads
    }

    /// Reads a recipe with everything that is not written defaulted.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        name = try container.value(.name, .folderName)
        about = try container.value(.about, default: "")
        data = try container.decode(DataRecipe.self, forKey: .data)
        backbone = try container.decode(BackboneRecipe.self, forKey: .backbone)
        weights = try container.decodeIfPresent(WeightsRecipe.self, forKey: .weights)
        verification = try container.value(.verification, default: [])
        frozen = try container.value(.frozen, default: [])
        head = try container.value(.head, default: .none)
        losses = try container.value(.losses, default: [])
        optimizers = try container.decode([OptimizerRecipe].self, forKey: .optimizers)
        gradientLimit = try container.optional(.gradientLimit, .positive)
        epochs = try container.value(.epochs, .within(1...1_000_000))
        seed = try container.value(.seed, default: 0)
        precision = try container.decodeIfPresent(Precision.self, forKey: .precision)
        layout = try container.decodeIfPresent(MemoryFormat.self, forKey: .layout)
        threads = try container.optional(.threads, .within(1...Engine.greatestThreadCount))
        if data.images == nil && !verification.isEmpty {
            throw container.invalid(
                .verification, problem: "data.set \(data.set) has no image files", remedy: "leave it out")
        }
        try checkLosses(container)
        try checkParts(container)
    }

    /// Reads a recipe from YAML text.
    ///
    /// - Parameters:
    ///   - yaml: the text.
    ///   - source: where the text is from, for messages.
    ///   - overrides: `key=value` texts, applied in order.
    /// - Throws: `UserFacingError` that names the file, the setting and the remedy.
    public init(yaml: String, source: String, overrides: [String] = []) throws {
        var document = try ConfigurationDocument(yaml: yaml, source: source)
        for override in overrides { try document.set(override) }
        self = try document.decode(Recipe.self)
    }

    /// The recipe as YAML with everything written out; it reads back to the same recipe.
    public func yaml() throws -> String {
        try ConfigurationWriter.yaml(of: self)
    }

    /// What the parts need of each other.
    private func checkLosses(_ container: KeyedDecodingContainer<CodingKeys>) throws {
        let head = type(of: head.settings)
        if !head.teaches && losses.allSatisfy({ $0.weight == 0 }) {
            throw container.invalid(
                .losses, problem: "nothing teaches the embeddings",
                remedy: "name a head such as arcface, or a loss such as triplet")
        }
        if data.augmentation.mixUp > 0 && !losses.isEmpty {
            throw container.invalid(
                .losses, problem: "\(losses[0].name) cannot learn from images mixed of two classes",
                remedy: "set data.augmentation.mixUp to 0, or train with a head alone")
        }
        if data.augmentation.mixUp > 0 && head.followsBatches {
            throw container.invalid(
                .head, problem: "\(head.name) keeps count of batches, and images mixed of two classes are two to it",
                remedy: "set data.augmentation.mixUp to 0, or take another head")
        }
        if data.augmentation.mixUp > 0 && self.head.sample?.others == .rest {
            throw container.invalid(
                .head, problem: "sample draws for one class of an image, and images are mixed of two classes",
                remedy: "set data.augmentation.mixUp to 0, or head.sample.others to move")
        }
        if let loss = losses.first(where: { type(of: $0.settings).needsAngularHead }), !head.isAngular {
            let known = HeadRecipe.kinds.filter { $0.isAngular }.map { $0.name }.joined(separator: ", ")
            throw container.invalid(
                .losses, problem: "\(loss.name) looks at directions of class vectors, which \(head.name) does not have",
                remedy: "take one of these heads: \(known)")
        }
        if let loss = losses.first(where: { type(of: $0.settings).needsAngularHead }), self.head.sample?.others == .rest
        {
            throw container.invalid(
                .losses, problem: "\(loss.name) moves all class vectors, of which head.sample lets some rest",
                remedy: "set head.sample.others to move, or leave one of the two out")
        }
    }

    /// Every part that can be trained must be trained by one optimizer, and every optimizer must have parts.
    private func checkParts(_ container: KeyedDecodingContainer<CodingKeys>) throws {
        let names = losses.map(\.name)
        let always = type(of: head.settings).teaches ? ["backbone", "head"] : ["backbone"]
        let known = always + names
        if let twice = names.first(where: { name in names.count { $0 == name } > 1 }) {
            throw container.invalid(.losses, problem: "\(twice) stands twice", remedy: "keep one of them")
        }
        if let empty = optimizers.firstIndex(where: \.parts.isEmpty) {
            throw container.invalid(
                .optimizers, problem: "the `of` of [\(empty)] is empty",
                remedy: "name parts in it, or leave out the whole entry")
        }
        var trained: [String] = []
        for part in optimizers.flatMap(\.parts) {
            guard known.contains(part) else {
                let error = InvalidSetting.unknownName(part, among: known)
                throw container.invalid(.optimizers, problem: "`of` \(error.problem)", remedy: error.remedy)
            }
            guard !trained.contains(part) else {
                throw container.invalid(
                    .optimizers, problem: "\(part) is trained by two of them", remedy: "name it in one `of` alone")
            }
            trained.append(part)
        }
        let still = losses.filter { !$0.settings.needsOptimizer }.map(\.name)
        for part in frozen.flatMap(\.parts) {
            if let name = still.first(where: { part == $0 || part.hasPrefix("\($0).") }) {
                throw container.invalid(
                    .frozen, problem: "names \(name), which no optimizer trains", remedy: "leave it out")
            }
        }
        let needed = always + losses.filter(\.settings.needsOptimizer).map(\.name)
        if let missing = needed.first(where: { !trained.contains($0) }) {
            throw container.invalid(
                .optimizers, problem: "\(missing) is trained by none of them", remedy: "add it to the `of` of one")
        }
    }
}

extension SettingCheck<String> {
    /// What a folder can be called.
    static var folderName: SettingCheck {
        SettingCheck("a name that can be a folder's") { !$0.isEmpty && !$0.contains("/") && !$0.hasPrefix(".") }
    }
}
