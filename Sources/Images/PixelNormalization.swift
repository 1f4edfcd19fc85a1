public import Torch

/// Bytes become numbers about zero: `(x / 255 - mean) / deviation` for each channel.
public struct PixelNormalization: Sendable, Equatable {
    /// The mean of each channel, or one for all, of values from 0 to 1.
    public let mean: [Double]

    /// The standard deviation of each channel, or one for all, of values from 0 to 1; above 0.
    public let deviation: [Double]

    /// The statistics of ImageNet's training images, which most published weights expect.
    public static let imageNet = PixelNormalization(mean: [0.485, 0.456, 0.406], deviation: [0.229, 0.224, 0.225])

    /// Creates a normalisation.
    ///
    /// - Parameters:
    ///   - mean: the mean of each channel, or one for all.
    ///   - deviation: the standard deviation of each channel, or one for all.
    /// - Precondition: both have a number, those of `deviation` are above 0, and all are finite.
    public init(mean: [Double], deviation: [Double]) {
        require(
            !mean.isEmpty && mean.allSatisfy(\.isFinite),
            "PixelNormalization: expected finite means, got \(mean)")
        require(
            !deviation.isEmpty && deviation.allSatisfy { $0 > 0 && $0.isFinite },
            "PixelNormalization: expected deviations above 0, got \(deviation)")
        self.mean = mean
        self.deviation = deviation
    }

    /// Normalises a batch.
    ///
    /// - Parameter images: `[K, C, H, W]`, bytes of 0 to 255.
    /// - Returns: `[K, C, H, W]` float32, channels-last.
    /// - Precondition: there is one mean and one deviation, or one for each channel.
    public func callAsFunction(_ images: Tensor) -> Tensor {
        apply(images.pixelRows, whole: 255).channelPlanes
    }

    /// Normalises dense `[K, H, W, C]`, whose greatest value is `whole`.
    func apply(_ images: Tensor, whole: Double) -> Tensor {
        let channels = images.size(3)
        for (name, values) in [("mean", mean), ("deviation", deviation)] {
            require(
                values.count == 1 || values.count == channels,
                "PixelNormalization: expected 1 or \(channels) numbers as the \(name), got \(values.count)")
        }
        // A row of the image as one dimension: with a dimension of three channels, a broadcast would go by threes.
        let rowSize = images.size(2) * channels
        func row(_ value: (_ mean: Double, _ deviation: Double) -> Double) -> Tensor {
            let perChannel = (0..<channels).map { channel in
                value(mean[mean.count == 1 ? 0 : channel], deviation[deviation.count == 1 ? 0 : channel])
            }
            return Tensor((0..<rowSize).map { Float(perChannel[$0 % channels]) }).to(images.device)
        }
        // Memory of a batch's size is dear to get, so the numbers are scaled where they are.
        let values = images.dtype == .float32 ? images.clone() : images.to(.float32)
        values.reshaped([-1, rowSize]).scale(by: row { 1 / (whole * $1) }, plus: row { -$0 / $1 })
        return values
    }
}
