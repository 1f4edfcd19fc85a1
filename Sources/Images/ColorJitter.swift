import Foundation
import Randomness
import Torch

/// Brightness, contrast, saturation and hue of each image change at random, in a random order.
///
/// The four and their laws are torchvision's; values are held within 0 to 1 after each, but not rounded to bytes between.
/// Grey images keep saturation and hue.
public struct ColorJitter: Sendable, Equatable {
    /// Factors are drawn from `max(0, 1 - brightness)...1 + brightness`; 0 leaves it alone.
    public let brightness: Double

    /// Factors are drawn from `max(0, 1 - contrast)...1 + contrast`; 0 leaves it alone.
    public let contrast: Double

    /// Factors are drawn from `max(0, 1 - saturation)...1 + saturation`; 0 leaves it alone.
    public let saturation: Double

    /// Turns are drawn from `-hue...hue`, 0 to 0.5, in parts of the whole circle; 0 leaves it alone.
    public let hue: Double

    /// Creates the operation.
    ///
    /// - Parameters:
    ///   - brightness: how far its factor may be from 1.
    ///   - contrast: how far its factor may be from 1.
    ///   - saturation: how far its factor may be from 1.
    ///   - hue: how far colours may turn, in parts of the whole circle.
    /// - Precondition: none is negative, all are finite, and `hue` is at most 0.5.
    public init(brightness: Double = 0, contrast: Double = 0, saturation: Double = 0, hue: Double = 0) {
        for (name, value) in [("brightness", brightness), ("contrast", contrast), ("saturation", saturation)] {
            require(value >= 0 && value.isFinite, "ColorJitter: expected a \(name) of at least 0, got \(value)")
        }
        require((0...0.5).contains(hue), "ColorJitter: expected a hue of 0 to 0.5, got \(hue)")
        self.brightness = brightness
        self.contrast = contrast
        self.saturation = saturation
        self.hue = hue
    }

    /// One of the four changes.
    enum Change: Int, CaseIterable {
        case brightness, contrast, saturation, hue
    }

    /// What happens to one image: changes and their amounts, in order.
    typealias Plan = [(change: Change, amount: Double)]

    /// What happens to each sample.
    func draw(_ indices: [Int], _ draws: SampleDraws) -> [Plan] {
        indices.map { index in
            var generator = draws.generator(.jitter, index: index)
            let order = generator.permutation(of: Change.allCases.count)
            func factor(_ spread: Double) -> Double { generator.uniform(in: max(0, 1 - spread)...1 + spread) }
            let amounts = [
                factor(brightness), factor(contrast), factor(saturation), generator.uniform(in: -hue...hue),
            ]
            let isOn = [brightness, contrast, saturation, hue].map { $0 > 0 }
            return Change.allCases.map { Change.allCases[order[$0.rawValue]] }.filter { isOn[$0.rawValue] }
                .map { ($0, amounts[$0.rawValue]) }
        }
    }

    /// Changes images `[K, H, W, C]`, float32 of 0 to 1.
    static func apply(_ images: Tensor, _ plans: [Plan]) -> Tensor {
        let channels = images.size(3)
        require(channels == 1 || channels == 3, "ColorJitter: expected grey or RGB images, got \(images.signature)")
        let changes = channels == 1 ? [.brightness, .contrast] : Change.allCases
        // In each round the images whose turn it is for the same change go together.
        return (0..<(plans.map(\.count).max() ?? 0)).reduce(images) { images, round in
            changes.reduce(images) { images, change in
                let positions = plans.indices.filter {
                    plans[$0].indices.contains(round) && plans[$0][round].change == change
                }
                guard !positions.isEmpty else { return images }
                let rows = Tensor(positions.map(Int64.init)).to(images.device)
                let amounts = Tensor(
                    positions.map { Float(plans[$0][round].amount) }, shape: [positions.count, 1, 1, 1])
                let changed = change.apply(images.gathered(rows), amounts.to(images.device))
                return images.replacing(positions, by: changed)
            }
        }
    }
}

extension ColorJitter.Change {
    /// Changes images `[M, H, W, C]` by amounts `[M, 1, 1, 1]`.
    func apply(_ images: Tensor, _ amounts: Tensor) -> Tensor {
        switch self {
        case .brightness: return (images * amounts).clamped(min: 0, max: 1)
        case .contrast: return blend(images, grey(images).mean(along: [1, 2, 3], keeping: true), amounts)
        case .saturation: return blend(images, grey(images), amounts)
        case .hue: return turned(images, by: amounts)
        }
    }

    private func blend(_ images: Tensor, _ other: Tensor, _ share: Tensor) -> Tensor {
        (other + (images - other) * share).clamped(min: 0, max: 1)
    }

    /// Luma, `[M, H, W, 1]`, by the weights of ITU-R BT.601.
    private func grey(_ images: Tensor) -> Tensor {
        guard images.size(3) == 3 else { return images }
        let (red, green, blue) = planes(images)
        return (red * 0.2989 + green * 0.587 + blue * 0.114).unsqueezed(3)
    }

    private func planes(_ images: Tensor) -> (Tensor, Tensor, Tensor) {
        (images.selected(0, along: 3), images.selected(1, along: 3), images.selected(2, along: 3))
    }

    /// Colours turned in the hexagon of hues; saturation and value stay. Smith, "Color gamut transform pairs", 1978.
    private func turned(_ images: Tensor, by amounts: Tensor) -> Tensor {
        let (red, green, blue) = planes(images)
        let greatest = images.maximum(along: [3])
        let spread = greatest - images.minimum(along: [3])
        // Where all three are equal there is no hue, and with a spread of 0 any hue gives the same grey.
        let divisor = spread.kept(where: spread .> 0, else: 1)
        let isRed = red.equals(greatest)
        let isGreen = green.equals(greatest)
        let sector = ((green - blue) / divisor).kept(
            where: isRed,
            else: ((blue - red) / divisor + 2).kept(where: isGreen, else: (red - green) / divisor + 4))
        let hue = sector + amounts.squeezed(3) * 6
        // Each channel is the value less the spread times a trapezoid of the hue, Foley et al., in closed form.
        func channel(_ shift: Double) -> Tensor {
            let place = (hue + shift).remainder(6)
            return greatest - spread * Tensor.lesser(place, 4 - place).clamped(min: 0, max: 1)
        }
        return .stacked([channel(5), channel(3), channel(1)], along: 3)
    }
}

private func - (number: Double, tensor: Tensor) -> Tensor { -tensor + number }
