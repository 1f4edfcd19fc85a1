import Randomness
import Torch

/// Each image moves by up to `padding` pixels along both sides: it is padded, and a random window of its own size is cut out.
///
/// Krizhevsky's and He et al.'s augmentation of small images (CVPR 2016, section 4.2).
public struct PaddedCrop: Sendable, Equatable {
    /// What lies outside of the image.
    public enum Fill: String, Sendable, CaseIterable, Codable {
        /// Black.
        case zeros
        /// The image mirrored about its outermost pixels.
        case reflection
    }

    /// Pixels added on every side, at least 1.
    public let padding: Int

    /// What the added pixels are.
    public let fill: Fill

    /// Creates the operation.
    ///
    /// - Parameters:
    ///   - padding: pixels added on every side, at least 1; 4 is usual for 32 x 32.
    ///   - fill: what they are.
    /// - Precondition: `padding` is at least 1.
    public init(padding: Int, fill: Fill = .zeros) {
        require(padding >= 1, "PaddedCrop: expected a padding of at least 1 pixel, got \(padding)")
        self.padding = padding
        self.fill = fill
    }

    /// The window of each sample: its first row and column in the padded image.
    func draw(_ indices: [Int], _ draws: SampleDraws) -> [(top: Int, left: Int)] {
        indices.map { index in
            var generator = draws.generator(.crop, index: index)
            return (generator.index(below: 2 * padding + 1), generator.index(below: 2 * padding + 1))
        }
    }

    /// Cuts the windows out of dense `[K, H, W, C]`.
    func apply(_ images: Tensor, _ windows: [(top: Int, left: Int)]) -> Tensor {
        let (height, width) = (images.size(1), images.size(2))
        if fill == .reflection {
            require(
                padding < height && padding < width,
                "PaddedCrop: a reflection by \(padding) pixels needs larger images than \(images.signature)")
        }
        let padded = fill == .zeros ? images.paddedWithZeros(padding) : images.paddedByReflection(padding)
        func places(_ values: [Int]) -> Tensor { Tensor(values.map(Int64.init)).to(images.device) }
        return padded.windows(
            tops: places(windows.map(\.top)), lefts: places(windows.map(\.left)), height: height, width: width)
    }
}
