import Datasets
import Randomness
import Torch

/// A random rectangle of an image is blanked out with the mean colour: Zhong et al., "Random Erasing Data Augmentation",
/// AAAI 2020, with zeros after normalisation.
public struct RandomErasing: Sendable, Equatable {
    /// How likely an image loses a rectangle, 0 to 1.
    public let probability: Double

    /// The rectangle's area as a share of the image's.
    public let area: ClosedRange<Double>

    /// The rectangle's height over its width; uniform in its logarithm.
    public let ratio: ClosedRange<Double>

    /// Creates the operation; the defaults are the usual ones.
    ///
    /// - Parameters:
    ///   - probability: how likely an image loses a rectangle.
    ///   - area: the rectangle's area as a share of the image's, within 0 to 1.
    ///   - ratio: its height over its width, above 0.
    /// - Precondition: `probability` and `area` are within 0 to 1, and `ratio` is above 0.
    public init(
        probability: Double = 0.5, area: ClosedRange<Double> = 0.02...0.33, ratio: ClosedRange<Double> = 0.3...3.3
    ) {
        require(
            (0...1).contains(probability), "RandomErasing: expected a probability of 0 to 1, got \(probability)")
        require(
            area.lowerBound >= 0 && area.upperBound <= 1, "RandomErasing: expected areas within 0 to 1, got \(area)")
        require(
            ratio.lowerBound > 0 && ratio.upperBound.isFinite,
            "RandomErasing: expected ratios above 0, got \(ratio)")
        self.probability = probability
        self.area = area
        self.ratio = ratio
    }

    /// The rectangle that each sample loses, if any.
    func draw(_ indices: [Int], _ draws: SampleDraws, height: Int, width: Int) -> [PixelRegion?] {
        let rectangle = RandomRectangle(
            area: area, ratio: 1 / ratio.upperBound...1 / ratio.lowerBound, mayFill: false)
        return indices.map { index in
            var generator = draws.generator(.erasing, index: index)
            guard generator.uniform() < probability else { return nil }
            return rectangle.draw(height: height, width: width, using: &generator)
        }
    }

    /// Sets the rectangles of dense `[K, H, W, C]` to zero.
    func apply(_ images: Tensor, _ rectangles: [PixelRegion?]) -> Tensor {
        let positions = rectangles.indices.filter { rectangles[$0] != nil }
        guard !positions.isEmpty else { return images }
        let regions = rectangles.compactMap(\.self)
        let (height, rowSize, channels) = (images.size(1), images.size(2) * images.size(3), images.size(3))
        // Which of a dimension's places lie in each rectangle, [M, length].
        func inside(_ length: Int, _ range: (PixelRegion) -> (first: Int, count: Int)) -> Tensor {
            let places = Tensor.arange(length, device: images.device).reshaped([1, length])
            func bounds(_ value: (PixelRegion) -> Int) -> Tensor {
                Tensor(regions.map { Int64(value($0)) }, shape: [regions.count, 1]).to(images.device)
            }
            return (bounds { range($0).first - 1 } .< places)
                .& (places .< bounds { range($0).first + range($0).count })
        }
        let rows = inside(height) { ($0.top, $0.height) }.unsqueezed(2)
        let columns = inside(rowSize) { ($0.left * channels, $0.width * channels) }.unsqueezed(1)
        let chosen = images.reshaped([-1, height, rowSize]).gathered(
            Tensor(positions.map(Int64.init)).to(images.device)
        ).kept(where: .!(rows .& columns))
        return images.replacing(positions, by: chosen.reshaped([-1] + images.shape.dropFirst()))
    }
}
