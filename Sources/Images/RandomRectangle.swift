import Datasets
import Foundation
import Randomness

/// The law by which a part of an image is chosen at random: its area uniform, the logarithm of its sides' ratio uniform.
///
/// Szegedy et al., "Going deeper with convolutions", CVPR 2015, section 6, as torchvision has it: ten attempts at a size
/// that fits, sides rounded to whole pixels, halves to the even one.
struct RandomRectangle: Sendable, Equatable {
    /// Area as a share of the image's.
    let area: ClosedRange<Double>

    /// Width over height.
    let ratio: ClosedRange<Double>

    /// Whether a side may be as long as the image's.
    let mayFill: Bool

    private static let attempts = 10

    /// A rectangle inside an image, or nil when no attempt fitted.
    func draw(height: Int, width: Int, using generator: inout some RandomNumberGenerator) -> PixelRegion? {
        let logarithms = log(ratio.lowerBound)...log(ratio.upperBound)
        for _ in 0..<Self.attempts {
            let target = Double(height * width) * generator.uniform(in: area)
            let drawnRatio = exp(generator.uniform(in: logarithms))
            let drawnWidth = Int((target * drawnRatio).squareRoot().rounded(.toNearestOrEven))
            let drawnHeight = Int((target / drawnRatio).squareRoot().rounded(.toNearestOrEven))
            let slack = mayFill ? 0 : 1
            guard
                drawnWidth > 0, drawnHeight > 0, drawnWidth <= width - slack, drawnHeight <= height - slack
            else { continue }
            return PixelRegion(
                top: generator.index(below: height - drawnHeight + 1),
                left: generator.index(below: width - drawnWidth + 1), height: drawnHeight, width: drawnWidth)
        }
        return nil
    }
}
