import Randomness
import Torch

/// Images are mirrored left to right at random.
public struct HorizontalFlip: Sendable, Equatable {
    /// When an image is mirrored.
    public enum Choice: Sendable, Equatable {
        /// In each epoch with this probability, 0 to 1, whatever was before.
        case drawn(probability: Double)
        /// In every second epoch; drawn is whether the first one is among them. Two epochs then see each image both ways, where
        /// independent draws show half of the images one way twice. Jordan, "94% on CIFAR-10 in 3.29 Seconds on a Single
        /// GPU", 2024, section 3.6.
        case alternating
    }

    /// When an image is mirrored.
    public let choice: Choice

    /// Creates the operation.
    ///
    /// - Precondition: a probability is from 0 to 1.
    public init(_ choice: Choice = .drawn(probability: 0.5)) {
        if case .drawn(let probability) = choice {
            require(
                (0...1).contains(probability), "HorizontalFlip: expected a probability of 0 to 1, got \(probability)")
        }
        self.choice = choice
    }

    /// Whether each sample is mirrored.
    func draw(_ indices: [Int], _ draws: SampleDraws) -> [Bool] {
        indices.map { index in
            switch choice {
            case .drawn(let probability):
                var generator = draws.generator(.flip, index: index)
                return generator.uniform() < probability
            case .alternating:
                var generator = SampleDraws(seed: draws.seed, epoch: 0).generator(.flip, index: index)
                return (generator.uniform() < 0.5) == draws.epoch.isMultiple(of: 2)
            }
        }
    }

    /// Mirrors the chosen ones of `[K, H, W, C]`.
    func apply(_ images: Tensor, _ chosen: [Bool]) -> Tensor {
        let positions = chosen.indices.filter { chosen[$0] }
        guard !positions.isEmpty else { return images }
        let rows = Tensor(positions.map(Int64.init)).to(images.device)
        return images.replacing(positions, by: images.gathered(rows).reversed(along: 2))
    }
}
