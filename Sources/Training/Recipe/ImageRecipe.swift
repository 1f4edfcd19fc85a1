import Configuration
import Datasets
import Foundation
import Images

/// How image files become images of one size; for sets of files alone.
public struct ImageRecipe: Codable, Sendable {
    /// How training images are brought to their size.
    enum Geometry: String, Codable, CaseIterable {
        /// A random part, stretched.
        case randomResizedCrop
        /// The middle, as for measuring.
        case center
        /// All of it, stretched.
        case squash
    }

    /// The height and width that reach the network.
    let size: [Int]
    /// 3, or 1 for grey.
    let channels: Int
    /// The length that the shorter side gets for measuring, of which the middle stays.
    let resize: Int
    /// How training images are brought to their size.
    let geometry: Geometry
    /// The part's share of the image's area; for `randomResizedCrop`.
    let area: RangeSetting
    /// The part's width over its height; for `randomResizedCrop`.
    let ratio: RangeSetting
    /// The share of each class that is measured on, where the set has no part for it.
    let holdOut: Double
    /// The share of the classes that is not learnt and measured on instead, where the set has no part for it; 0 for none.
    let unseen: Double
    /// Threads that read files; as many as the processor's cores when nil.
    let workers: Int?
    /// What happens when a file cannot be used.
    let broken: BrokenImage.Policy

    private enum CodingKeys: String, CodingKey {
        case size, channels, resize, geometry, area, ratio, holdOut, unseen, workers, broken
    }

    /// Reads `{ size: [H, W], ... }`.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        let size = try container.value(
            .size, default: [224, 224],
            SettingCheck("two numbers of pixels, height and width") { $0.count == 2 && $0.allSatisfy { $0 > 0 } })
        self.size = size
        channels = try container.value(.channels, default: 3, SettingCheck("3, or 1 for grey") { $0 == 3 || $0 == 1 })
        let geometry = try container.value(.geometry, default: Geometry.randomResizedCrop)
        self.geometry = geometry
        // The usual share of the middle, 224 of 256; all of it where nothing is cut in training either.
        let usual = size.max().map { geometry == .randomResizedCrop ? ($0 * 8 + 3) / 7 : $0 } ?? 0
        resize = try container.value(
            .resize, default: usual,
            SettingCheck("at least the longer side of size") { $0 >= (size.max() ?? 0) })
        area = try container.value(.area, default: RangeSetting(0.08...1), RangeSetting.share)
        ratio = try container.value(.ratio, default: RangeSetting(3.0 / 4...4.0 / 3), RangeSetting.ratio)
        holdOut = try container.value(
            .holdOut, default: 0.1, SettingCheck("a share above 0 and below 1") { $0 > 0 && $0 < 1 })
        unseen = try container.value(
            .unseen, default: 0, SettingCheck("a share from 0 and below 1") { $0 >= 0 && $0 < 1 })
        workers = try container.optional(.workers, .positive)
        broken = try container.value(.broken, default: .stop)
    }

    /// What holds where nothing is written.
    static func usual() throws -> ImageRecipe {
        try ConfigurationDocument(yaml: "{}", source: "data.images").decode(ImageRecipe.self)
    }

    /// Writes all settings.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(size, forKey: .size)
        try container.encode(channels, forKey: .channels)
        try container.encode(resize, forKey: .resize)
        try container.encode(geometry, forKey: .geometry)
        try container.encode(area, forKey: .area)
        try container.encode(ratio, forKey: .ratio)
        try container.encode(holdOut, forKey: .holdOut)
        try container.encode(unseen, forKey: .unseen)
        try container.encode(workers, forKey: .workers)
        try container.encode(broken, forKey: .broken)
    }

    /// What measuring does with each image.
    var evaluation: ImageGeometry {
        geometry == .squash
            ? .squash(height: size[0], width: size[1])
            : .evaluation(resize: resize, height: size[0], width: size[1])
    }

    /// What training does with each image.
    var training: ImageGeometry {
        geometry == .randomResizedCrop
            ? .randomResizedCrop(height: size[0], width: size[1], area: area.range, ratio: ratio.range) : evaluation
    }

    /// Reads `files` in batches.
    func loader(_ files: ImageFileDataset, training: Bool, seed: UInt64) -> ImageLoader {
        ImageLoader(
            files, geometry: training ? self.training : evaluation,
            workers: workers ?? ProcessInfo.processInfo.activeProcessorCount, seed: seed,
            channels: channels == 1 ? .grey : .rgb, broken: broken)
    }
}
