import Datasets
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
    ) throws -> TrainingData {
        guard let family = MNISTFamily(rawValue: data.set) else {
            return TrainingData(
                Strokes(classes: data.characters ?? .digits, seed: seed)
                    .splits(train: data.train ?? 10_000, test: data.test ?? 2_000))
        }
        let own = "\(directory)/\(family.rawValue)"
        let folder = download || FileManager.default.fileExists(atPath: own) ? own : directory
        if download { try family.download(to: folder, progress: progress) }
        return TrainingData(try family.load(directory: folder))
    }
}
