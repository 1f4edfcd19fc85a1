import Datasets
import Files
import Images
import Torch

extension DataRecipe {
    /// How bytes become numbers.
    ///
    /// - Throws: `UserFacingError` when mean and deviation are not one number, or one for each channel.
    func normalization(channels: Int) throws -> PixelNormalization {
        for (field, values) in [("data.mean", mean), ("data.deviation", deviation)] {
            guard values.count == 1 || values.count == channels else {
                throw UserFacingError(
                    "recipe", field: field, problem: "has \(values.count) numbers for \(channels) channels",
                    remedy: "give one number, or one for each channel")
            }
        }
        return PixelNormalization(mean: mean, deviation: deviation)
    }
}

extension Recipe {
    /// What gives the batches of `set`.
    func source(of set: ImageSet, training: Bool, device: Device) throws -> any ImageSource {
        switch set {
        case .memory(let images): return MemorySource(images, device: device)
        case .files(let files):
            guard let images = data.images else {
                preconditionFailure("expected a recipe for files, got data.set \(data.set)")
            }
            return FileSource(loader: images.loader(files, training: training, seed: seed), device: device)
        }
    }
}
