import Datasets
import Files
import Foundation

extension Recipe {
    /// Reads, draws or lists the images that the recipe names.
    ///
    /// - Parameters:
    ///   - path: where data sets lie: the folder of the set's files, or one with a folder of the set's name in it; of sets of
    ///     files, the set itself.
    ///   - download: whether to fetch what is missing there.
    ///   - progress: told what is being fetched, how many bytes came and how many are expected.
    /// - Throws: `UserFacingError` that names the folder or file at fault.
    public func loadData(
        from path: String, download: Bool,
        progress: @escaping @Sendable (_ file: String, _ received: Int, _ total: Int?) -> Void = { _, _, _ in }
    ) throws -> TrainingData {
        if let images = data.images {
            let splits =
                try ImageCollection(rawValue: data.set).map { try load($0, path) } ?? LabeledFaces(path: path).load()
            let pairs = try verification.map { try $0.load(path) }
            if let twice = pairs.indices.first(where: { at in pairs[..<at].contains { $0.name == pairs[at].name } }) {
                throw UserFacingError(
                    name, field: "verification", problem: "two files are called \(pairs[twice].name)",
                    remedy: "rename one of them")
            }
            var read = try images.data(splits, verification: pairs, seed: seed)
            read.path = path
            return read
        }
        if let set = KnownDataset.named(data.set), set.downloadSize > 0 {
            var read = TrainingData(try set.load(from: path, download: download, progress: progress))
            read.path = path
            return read
        }
        return TrainingData(
            Strokes(classes: data.characters ?? .digits, seed: seed)
                .splits(train: data.train ?? 10_000, test: data.test ?? 2_000))
    }

    /// Lists a collection's images; a folder and a list are not taken for each other, nor for what tells its kind itself.
    private func load(_ collection: ImageCollection, _ path: String) throws -> ImageFileSplits {
        let found = ImageCollection(of: path)
        if found != collection, [.folder, .csv].contains(collection), FileManager.default.fileExists(atPath: path) {
            throw UserFacingError(
                path, field: "data.set", problem: "is \(collection.rawValue) in the recipe, but this is \(found.words)",
                remedy: "add data.set=\(found.rawValue), or name \(collection.words) with --data")
        }
        return try collection.load(path)
    }
}

extension ImageCollection {
    /// What it is, for a person.
    fileprivate var words: String {
        switch self {
        case .folder: "a folder"
        case .csv: "a file, such as a CSV list"
        case .records: "a RecordIO file"
        case .pack: "a pack"
        }
    }
}

extension ImageRecipe {
    /// The files to learn from and to measure on, part of each class or some of the classes being held out where the set has no part
    /// for it. A part of its own may have other classes.
    fileprivate func data(
        _ splits: ImageFileSplits, verification: [VerificationSet], seed: UInt64
    ) throws -> TrainingData {
        let (train, test): (ImageFileDataset, ImageFileDataset)
        if let own = splits.test {
            (train, test) = (splits.train, own)
        } else if unseen > 0 {
            (train, test) = try splits.train.holdingOutClasses(unseen, seed: seed)
        } else {
            (train, test) = try splits.train.holdingOut(holdOut, seed: seed)
        }
        return TrainingData(
            train: train, test: test, verification: verification, channels: channels, height: size[0], width: size[1])
    }
}
