import Randomness
import Torch

/// Images are mirrored left to right at random.
public struct HorizontalFlip: Sendable, Equatable {
    /// How likely an image is mirrored, 0 to 1.
    public let probability: Double

    /// Creates the operation.
    ///
    /// - Parameter probability: how likely an image is mirrored.
    /// - Precondition: `probability` is from 0 to 1.
    public init(probability: Double = 0.5) {
        require(
            (0...1).contains(probability), "HorizontalFlip: expected a probability of 0 to 1, got \(probability)")
        self.probability = probability
    }

    /// Whether each sample is mirrored.
    func draw(_ indices: [Int], _ draws: SampleDraws) -> [Bool] {
        indices.map { index in
            var generator = draws.generator(.flip, index: index)
            return generator.uniform() < probability
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
