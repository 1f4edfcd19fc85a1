import Configuration
import Images

/// What happens to training images on their way to the network.
public struct AugmentationRecipe: Codable, Sendable {
    /// Pixels that each image is padded by before a window of its own size is cut out; 0 for none.
    let crop: Int
    /// What the padding is.
    let fill: PaddedCrop.Fill
    /// When an image is mirrored.
    let flip: FlipSetting
    /// How colours change.
    let jitter: ColorJitterSettings?
    /// The blanking of a rectangle.
    let erasing: RandomErasingSettings?
    /// The parameter of the mixing of two images; 0 for none.
    let mixUp: Double

    private enum CodingKeys: String, CodingKey {
        case crop, fill, flip, jitter, erasing, mixUp
    }

    /// Nothing.
    init() {
        (crop, fill, flip, jitter, erasing, mixUp) = (0, .zeros, .never, nil, nil, 0)
    }

    /// Reads `{ crop: 4, flip: 0.5, ... }`; what is not written is off.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        crop = try container.value(.crop, default: 0, .notNegative)
        fill = try container.value(.fill, default: .zeros)
        flip = try container.value(.flip, default: .never, FlipSetting.isFlip)
        jitter = try container.decodeIfPresent(ColorJitterSettings.self, forKey: .jitter)
        erasing = try container.decodeIfPresent(RandomErasingSettings.self, forKey: .erasing)
        mixUp = try container.value(.mixUp, default: 0, .notNegative)
    }

    /// Writes all settings.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(crop, forKey: .crop)
        try container.encode(fill, forKey: .fill)
        try container.encode(flip, forKey: .flip)
        try container.encode(jitter, forKey: .jitter)
        try container.encode(erasing, forKey: .erasing)
        try container.encode(mixUp, forKey: .mixUp)
    }

    /// The operations, with the normalisation after them.
    func make(_ normalization: PixelNormalization) -> Augmentation {
        Augmentation(
            crop: crop == 0 ? nil : PaddedCrop(padding: crop, fill: fill),
            flip: flip.choice == FlipSetting.never.choice ? nil : HorizontalFlip(flip.choice), jitter: jitter?.jitter,
            normalization: normalization, erasing: erasing?.erasing)
    }
}

/// How likely an image is mirrored, 0 to 1, or `alternating`.
struct FlipSetting: Codable, Sendable, CustomStringConvertible {
    let choice: HorizontalFlip.Choice
    /// As it was written.
    let description: String

    static let never = FlipSetting(.drawn(probability: 0), "0")

    /// A probability, or in turn.
    static let isFlip = SettingCheck<FlipSetting>("0 to 1, or \(alternating)") {
        if case .drawn(let probability) = $0.choice { (0...1).contains(probability) } else { true }
    }

    private static let alternating = "alternating"

    private init(_ choice: HorizontalFlip.Choice, _ description: String) {
        self.choice = choice
        self.description = description
    }

    init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        if let probability = try? container.decode(Double.self) {
            self.init(.drawn(probability: probability), "\(probability)")
        } else {
            let text = (try? container.decode(String.self)) ?? "no number"
            self.init(text == Self.alternating ? .alternating : .drawn(probability: .nan), text)
        }
    }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        switch choice {
        case .drawn(let probability): try container.encode(probability)
        case .alternating: try container.encode(Self.alternating)
        }
    }
}

/// How strongly colours change.
struct ColorJitterSettings: Codable, Sendable {
    let brightness: Double
    let contrast: Double
    let saturation: Double
    let hue: Double

    init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        brightness = try container.value(.brightness, default: 0, .notNegative)
        contrast = try container.value(.contrast, default: 0, .notNegative)
        saturation = try container.value(.saturation, default: 0, .notNegative)
        hue = try container.value(.hue, default: 0, in: 0...0.5)
    }

    var jitter: ColorJitter {
        ColorJitter(brightness: brightness, contrast: contrast, saturation: saturation, hue: hue)
    }
}

/// How likely a rectangle is blanked, and which.
struct RandomErasingSettings: Codable, Sendable {
    let probability: Double
    let area: RangeSetting
    let ratio: RangeSetting

    init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        let usual = RandomErasing()
        probability = try container.value(.probability, default: usual.probability, in: 0...1)
        area = try container.value(.area, default: RangeSetting(usual.area), RangeSetting.share)
        ratio = try container.value(.ratio, default: RangeSetting(usual.ratio), RangeSetting.ratio)
    }

    var erasing: RandomErasing {
        RandomErasing(probability: probability, area: area.range, ratio: ratio.range)
    }
}

/// Two numbers `[least, greatest]` in a recipe.
struct RangeSetting: Codable, Sendable {
    let least: Double
    let greatest: Double

    init(_ range: ClosedRange<Double>) {
        (least, greatest) = (range.lowerBound, range.upperBound)
    }

    init(from decoder: any Decoder) throws {
        let values = try decoder.singleValueContainer().decode([Double].self)
        (least, greatest) = values.count == 2 ? (values[0], values[1]) : (.nan, .nan)
    }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode([least, greatest])
    }

    var range: ClosedRange<Double> { least...greatest }

    /// Of something's share.
    static let share = SettingCheck<RangeSetting>("two numbers above 0 and up to 1, the smaller first") {
        $0.least > 0 && $0.least <= $0.greatest && $0.greatest <= 1
    }

    /// Of one side over the other.
    static let ratio = SettingCheck<RangeSetting>("two numbers above 0, the smaller first") {
        $0.least > 0 && $0.least <= $0.greatest && $0.greatest.isFinite
    }
}
