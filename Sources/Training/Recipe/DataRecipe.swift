import Configuration
public import Datasets

/// Which images are learnt from and measured on, and how they reach the network.
public struct DataRecipe: Codable, Sendable {
    /// The set's name: `strokes`, `mnist`, `fashion-mnist`, `kmnist`, `cifar10`, `cifar100`, or `folder` and `csv` for image
    /// files.
    public let set: String

    /// N of a training step, unless the sampler says otherwise, and of measuring.
    public let batch: Int

    /// How the batches of an epoch are laid out.
    public let sampler: SamplerRecipe

    /// The mean of each channel, on a scale from 0 to 1, that is subtracted.
    public let mean: [Double]

    /// The deviation of each channel, on the same scale, that is divided by.
    public let deviation: [Double]

    /// What happens to training images on their way to the network.
    public let augmentation: AugmentationRecipe

    /// Whether the embedding of an image, where it is measured or used, is the mean of its own and of its mirror image's.
    /// It takes twice the time.
    public let mirror: Bool

    /// How image files become images; for `folder` and `csv` alone.
    public let images: ImageRecipe?

    /// Which characters the drawn set has; for `strokes` alone.
    public let characters: Strokes.Classes?

    /// How many images the drawn set has to learn from; for `strokes` alone.
    public let train: Int?

    /// How many images the drawn set has to measure on; for `strokes` alone.
    public let test: Int?

    private enum CodingKeys: String, CodingKey {
        case set, batch, sampler, mean, deviation, augmentation, mirror, images, characters, train, test
    }

    /// The name of the drawn set.
    static let strokes = "strokes"

    /// The names of sets of image files.
    static let files = ImageCollection.allCases.map(\.rawValue) + [LabeledFaces.name]

    /// The sets that recipes can name.
    static var sets: [String] {
        [strokes] + MNISTFamily.allCases.map(\.rawValue) + CIFAR.allCases.map(\.rawValue) + files
    }

    /// Reads `{ set: ..., batch: ..., ... }`.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        set = try container.decode(String.self, forKey: .set)
        guard Self.sets.contains(set) else {
            let error = InvalidSetting.unknownName(set, among: Self.sets)
            throw container.invalid(.set, problem: error.problem, remedy: error.remedy)
        }
        batch = try container.value(.batch, default: 128, .positive)
        sampler = try container.value(.sampler, default: SamplerRecipe(settings: ShuffledSettings()))
        mean = try container.value(.mean, default: [0.5])
        deviation = try container.value(
            .deviation, default: [0.5], SettingCheck("numbers above 0") { $0.allSatisfy { $0 > 0 } })
        augmentation = try container.value(.augmentation, default: AugmentationRecipe())
        mirror = try container.value(.mirror, default: false)
        images =
            Self.files.contains(set)
            ? try container.decodeIfPresent(ImageRecipe.self, forKey: .images) ?? .usual() : nil
        guard set == Self.strokes else {
            (characters, train, test) = (nil, nil, nil)
            return
        }
        characters = try container.value(.characters, default: .digits)
        train = try container.value(.train, default: 10_000, .positive)
        test = try container.value(.test, default: 2_000, .positive)
    }

    /// Writes the settings that the set has.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(set, forKey: .set)
        try container.encode(batch, forKey: .batch)
        try container.encode(sampler, forKey: .sampler)
        try container.encode(mean, forKey: .mean)
        try container.encode(deviation, forKey: .deviation)
        try container.encode(augmentation, forKey: .augmentation)
        if mirror { try container.encode(mirror, forKey: .mirror) }
        if let images { try container.encode(images, forKey: .images) }
        if let characters { try container.encode(characters, forKey: .characters) }
        if let train { try container.encode(train, forKey: .train) }
        if let test { try container.encode(test, forKey: .test) }
    }
}
