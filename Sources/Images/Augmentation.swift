public import Torch

/// What happens to a batch of training images between the set and the network: crop, flip, colour, normalisation, erasing.
///
/// All are batched operations on the device where the images are. For evaluation, use ``PixelNormalization`` alone.
public struct Augmentation: Sendable, Equatable {
    /// The padded random crop, if any.
    public let crop: PaddedCrop?

    /// The horizontal flip, if any.
    public let flip: HorizontalFlip?

    /// The change of colours, if any.
    public let jitter: ColorJitter?

    /// How bytes become numbers.
    public let normalization: PixelNormalization

    /// The blanking of a rectangle, if any; after normalisation.
    public let erasing: RandomErasing?

    /// Chooses the operations; none but normalisation by default.
    ///
    /// - Parameters:
    ///   - crop: the padded random crop.
    ///   - flip: the horizontal flip.
    ///   - jitter: the change of colours.
    ///   - normalization: how bytes become numbers.
    ///   - erasing: the blanking of a rectangle.
    public init(
        crop: PaddedCrop? = nil, flip: HorizontalFlip? = nil, jitter: ColorJitter? = nil,
        normalization: PixelNormalization, erasing: RandomErasing? = nil
    ) {
        self.crop = crop
        self.flip = flip
        self.jitter = jitter
        self.normalization = normalization
        self.erasing = erasing
    }

    /// Augments and normalises a batch.
    ///
    /// - Parameters:
    ///   - images: `[K, C, H, W]` uint8, best channels-last.
    ///   - indices: the index of each image in its set, K of them, on which its draws depend.
    ///   - draws: the seed and the epoch.
    /// - Returns: `[K, C, H, W]` float32, channels-last, on the same device.
    /// - Precondition: the images are bytes in four dimensions, as many as indices.
    public func callAsFunction(_ images: Tensor, indices: [Int], draws: SampleDraws) -> Tensor {
        require(
            images.rank == 4 && images.dtype == .uint8 && images.size(0) == indices.count,
            "Augmentation: expected [\(indices.count), C, H, W] uint8, got \(images.signature)")
        var pixels = images.pixelRows
        if let crop { pixels = crop.apply(pixels, crop.draw(indices, draws)) }
        if let flip { pixels = flip.apply(pixels, flip.draw(indices, draws)) }
        var values: Tensor
        if let jitter {
            let whole = pixels.to(.float32) * (1 / 255)
            values = normalization.apply(ColorJitter.apply(whole, jitter.draw(indices, draws)), whole: 1)
        } else {
            values = normalization.apply(pixels, whole: 255)
        }
        if let erasing {
            let rectangles = erasing.draw(indices, draws, height: pixels.size(1), width: pixels.size(2))
            values = erasing.apply(values, rectangles)
        }
        return values.channelPlanes
    }
}
