import Datasets
import Images
import Torch

/// A set of images that lives on the device as bytes; batches are gathered there.
struct MemorySource: ImageSource {
    private let pixels: Tensor
    private let labels: Tensor

    /// Copies the set to the device.
    init(_ set: ImageDataset, device: Device) {
        // Images as rows, so that gathering a batch copies whole ones.
        pixels = Tensor(set.pixels, shape: [set.count, set.height, set.width, set.channels]).to(device)
        labels = Tensor(set.labels).to(device)
    }

    func batches(_ order: [[Int]], epoch: Int) -> () throws -> ImageBatch? {
        var remaining = order[...]
        return {
            guard let indices = remaining.popFirst() else { return nil }
            let positions = Tensor(indices).to(pixels.device)
            return ImageBatch(
                images: pixels.gathered(positions).permuted([0, 3, 1, 2]), labels: labels.gathered(positions),
                indices: indices)
        }
    }
}
