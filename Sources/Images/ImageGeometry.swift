public import Datasets
import Randomness
import Torch

/// How an image of any size becomes one of `height` x `width`.
public struct ImageGeometry: Sendable, Equatable {
    /// What is done to the image.
    public enum Method: Sendable, Equatable {
        /// The shorter side becomes `shorterSide` pixels long, and the middle is cut out: nothing random.
        case centerCrop(shorterSide: Int)

        /// A random part, of `area` as a share of the image's and of `ratio` as width over height, is stretched to the size.
        case randomResizedCrop(area: ClosedRange<Double>, ratio: ClosedRange<Double>)

        /// The whole image is stretched to the size, whatever its proportions: nothing random.
        case squash
    }

    /// What is done to the image.
    public let method: Method

    /// Rows of the result, H.
    public let height: Int

    /// Columns of the result, W.
    public let width: Int

    private init(_ method: Method, height: Int, width: Int) {
        require(
            height >= 1 && width >= 1, "ImageGeometry: expected a size of at least 1 x 1, got \(height) x \(width)")
        self.method = method
        self.height = height
        self.width = width
    }

    /// The usual geometry of evaluation: the shorter side becomes `resize` pixels, and the `crop` x `crop` in the middle
    /// stays.
    ///
    /// Sizes and places are rounded as torchvision's `Resize` and `CenterCrop` do.
    ///
    /// - Parameters:
    ///   - resize: the length of the shorter side.
    ///   - crop: the side of what stays.
    /// - Precondition: `crop` is at least 1 and at most `resize`.
    public static func evaluation(resize: Int, crop: Int) -> ImageGeometry {
        evaluation(resize: resize, height: crop, width: crop)
    }

    /// Like ``evaluation(resize:crop:)``, with a middle of `height` x `width`.
    ///
    /// - Parameters:
    ///   - resize: the length of the shorter side.
    ///   - height: rows of what stays.
    ///   - width: columns of what stays.
    /// - Precondition: both sides are at least 1 and at most `resize`.
    public static func evaluation(resize: Int, height: Int, width: Int) -> ImageGeometry {
        require(
            max(height, width) <= resize,
            "ImageGeometry.evaluation: expected a crop of at most \(resize) x \(resize), got \(height) x \(width)")
        return ImageGeometry(.centerCrop(shorterSide: resize), height: height, width: width)
    }

    /// The usual geometry of training on photographs: a random part, stretched. Szegedy et al., CVPR 2015, section 6.
    ///
    /// Up to ten sizes are tried; when none fits, the largest part in the middle whose proportions are in `ratio` is taken.
    ///
    /// - Parameters:
    ///   - height: rows of the result.
    ///   - width: columns of the result.
    ///   - area: the part's area as a share of the image's, above 0 and at most 1; uniform.
    ///   - ratio: its width over its height, above 0; uniform in its logarithm.
    /// - Precondition: sizes, areas and ratios are in their ranges.
    public static func randomResizedCrop(
        height: Int, width: Int, area: ClosedRange<Double> = 0.08...1, ratio: ClosedRange<Double> = 3.0 / 4...4.0 / 3
    ) -> ImageGeometry {
        require(
            area.lowerBound > 0 && area.upperBound <= 1,
            "ImageGeometry.randomResizedCrop: expected areas above 0 and at most 1, got \(area)")
        require(
            ratio.lowerBound > 0 && ratio.upperBound.isFinite,
            "ImageGeometry.randomResizedCrop: expected ratios above 0, got \(ratio)")
        return ImageGeometry(.randomResizedCrop(area: area, ratio: ratio), height: height, width: width)
    }

    /// The whole image stretched.
    ///
    /// - Parameters:
    ///   - height: rows of the result.
    ///   - width: columns of the result.
    /// - Precondition: both are at least 1.
    public static func squash(height: Int, width: Int) -> ImageGeometry {
        ImageGeometry(.squash, height: height, width: width)
    }

    /// The part of an upright image that is needed, so that no more of it is decoded.
    ///
    /// - Parameters:
    ///   - imageHeight: rows of the image.
    ///   - imageWidth: columns of the image.
    ///   - index: the image's index in its set, on which its draws depend.
    ///   - draws: the seed and the epoch.
    public func region(imageHeight: Int, imageWidth: Int, index: Int, draws: SampleDraws) -> PixelRegion {
        guard case .randomResizedCrop(let area, let ratio) = method else {
            // All of it even where the middle stays: cut before it is resized, the numbers at the edges would differ.
            return PixelRegion(top: 0, left: 0, height: imageHeight, width: imageWidth)
        }
        var generator = draws.generator(.geometry, index: index)
        let drawn = RandomRectangle(area: area, ratio: ratio, mayFill: true)
            .draw(height: imageHeight, width: imageWidth, using: &generator)
        return drawn ?? Self.middle(height: imageHeight, width: imageWidth, ratio: ratio)
    }

    /// The largest part in the middle with proportions in `ratio`.
    private static func middle(height: Int, width: Int, ratio: ClosedRange<Double>) -> PixelRegion {
        func rounded(_ value: Double) -> Int { max(1, Int(value.rounded(.toNearestOrEven))) }
        var (partHeight, partWidth) = (height, width)
        let imageRatio = Double(width) / Double(height)
        if imageRatio < ratio.lowerBound {
            partHeight = min(height, rounded(Double(width) / ratio.lowerBound))
        } else if imageRatio > ratio.upperBound {
            partWidth = min(width, rounded(Double(height) * ratio.upperBound))
        }
        return PixelRegion(
            top: (height - partHeight) / 2, left: (width - partWidth) / 2, height: partHeight, width: partWidth)
    }
}
