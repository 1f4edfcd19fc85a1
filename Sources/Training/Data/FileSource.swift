import Images
import Torch

/// A set of image files that threads read ahead of the training.
struct FileSource: ImageSource {
    let loader: ImageLoader
    let device: Device

    func batches(_ order: [[Int]], epoch: Int) -> () throws -> ImageBatch? {
        let batches = loader.batches(order, epoch: epoch)
        return {
            guard let batch = try batches.next() else { return nil }
            return ImageBatch(
                images: batch.images.to(device), labels: batch.labels.to(device), indices: batch.indices,
                broken: batch.broken)
        }
    }
}
