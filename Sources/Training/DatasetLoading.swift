public import Datasets
import Files
import Foundation

extension Recipe {
    /// Reads or draws the images that the recipe names.
    ///
    /// - Parameters:
    ///   - directory: where data sets lie: the folder of the set's files, or one with a folder of the set's name in it.
    ///   - download: whether to fetch what is missing there.
    ///   - progress: told what is being fetched, how many bytes came and how many are expected.
    /// - Throws: `UserFacingError` that names the folder or file at fault.
    public func loadData(
        directory: String, download: Bool,
        progress: @escaping @Sendable (_ file: String, _ received: Int, _ total: Int?) -> Void = { _, _, _ in }
    ) throws -> DatasetSplits {
        let own = "\(directory)/\(data.set)"
        let folder = download || FileManager.default.fileExists(atPath: own) ? own : directory
        if let family = MNISTFamily(rawValue: data.set) {
            if download { try family.download(to: folder, progress: progress) }
            return try family.load(directory: folder)
        }
        if let photographs = CIFAR(rawValue: data.set) {
            if download { try photographs.download(to: folder, progress: progress) }
            return try photographs.load(directory: folder)
        }
        return Strokes(classes: data.characters ?? .digits, seed: seed)
            .splits(train: data.train ?? 10_000, test: data.test ?? 2_000)
    }
}
