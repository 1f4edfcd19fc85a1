import Images
import Torch

/// Where a training's batches come from: memory or files.
protocol ImageSource {
    /// The batches of `order`, one a call, nil after the last; images as bytes `[K, C, H, W]` and labels on the device.
    ///
    /// - Parameters:
    ///   - order: the samples of each batch, as positions in the set.
    ///   - epoch: from 1; 0 for measuring.
    func batches(_ order: [[Int]], epoch: Int) -> () throws -> ImageBatch?
}
