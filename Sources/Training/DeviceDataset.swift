import Datasets
import Files
import Torch

/// A set of images that lives on the device as bytes; batches are gathered and normalised there.
struct DeviceDataset {
    let count: Int
    private let pixels: Tensor
    private let labels: Tensor
    private let offset: Tensor
    private let scale: Tensor
    private let layout: MemoryFormat

    /// Copies the set to the device.
    ///
    /// - Throws: `UserFacingError` when the recipe's mean and deviation are not one or one for each channel.
    init(_ set: ImageDataset, recipe: DataRecipe, device: Device, layout: MemoryFormat) throws {
        for (field, values) in [("data.mean", recipe.mean), ("data.deviation", recipe.deviation)] {
            guard values.count == 1 || values.count == set.channels else {
                throw UserFacingError(
                    "recipe", field: field, problem: "has \(values.count) numbers for \(set.channels) channels",
                    remedy: "give one number, or one for each channel")
            }
        }
        count = set.count
        self.layout = layout
        // Rows of bytes, so that gathering a batch copies whole images.
        pixels = Tensor(set.pixels, shape: [set.count, set.height, set.width, set.channels]).to(device)
        labels = Tensor(set.labels).to(device)
        func perChannel(_ values: [Double]) -> Tensor {
            Tensor(values.map(Float.init), shape: [1, values.count, 1, 1]).to(device)
        }
        offset = perChannel(recipe.mean.map { $0 * 255 })
        scale = perChannel(recipe.deviation.map { 1 / ($0 * 255) })
    }

    /// Images `[K, C, H, W]` float32, normalised, and labels `[K]` int64 at `indices`.
    func batch(_ indices: some Collection<Int>) -> (images: Tensor, labels: Tensor) {
        let positions = Tensor(Array(indices)).to(pixels.device)
        let images = pixels.gathered(positions).permuted([0, 3, 1, 2]).to(.float32)
        return (((images - offset) * scale).contiguous(layout), labels.gathered(positions))
    }
}
