import Datasets
import Files

/// What of a recipe's data its review depends on.
public struct DataSize: Sendable, Equatable {
    /// The number of classes.
    public let classes: Int
    /// How many images there are to learn from.
    public let count: Int
    /// C of the images that reach the network.
    public let channels: Int
    /// H and W of the images that reach the network.
    public let imageSize: [Int]

    /// The class of each image, `[N]`; where the data were not read, classes in turn.
    let labels: [Int]
    /// What the classes are called; nil where the data were not read.
    let classNames: [String]?

    init(classes: Int, count: Int, channels: Int, imageSize: [Int], labels: [Int]? = nil, classNames: [String]? = nil) {
        self.labels = labels ?? (0..<count).map { $0 % classes }
        self.classNames = classNames
        self.classes = classes
        self.count = count
        self.channels = channels
        self.imageSize = imageSize
    }

    /// The size of data that were read or listed.
    public init(_ data: TrainingData) {
        self.init(
            classes: data.classNames.count, count: data.train.count, channels: data.channels,
            imageSize: [data.height, data.width], labels: data.train.labels.map { Int($0) },
            classNames: data.classNames)
    }
}

extension Recipe {
    /// The size of the recipe's data, as is known without reading them.
    ///
    /// - Throws: `UserFacingError` for sets of image files, of which nothing is known.
    public func dataSize() throws -> DataSize {
        if let family = MNISTFamily(rawValue: data.set) {
            return DataSize(
                classes: family.classNames.count, count: family.trainCount, channels: 1, imageSize: [28, 28])
        }
        if data.set == CIFAR.cifar10.rawValue || data.set == CIFAR.cifar100.rawValue {
            return DataSize(
                classes: data.set == CIFAR.cifar10.rawValue ? 10 : 100, count: 50_000, channels: 3, imageSize: [32, 32])
        }
        guard data.images == nil else {
            throw UserFacingError(
                name, field: "data.set", problem: "the number of classes depends on the files",
                remedy: "name the folder or list with --data")
        }
        return DataSize(
            classes: (data.characters ?? .digits).names.count, count: data.train ?? 10_000, channels: 1,
            imageSize: [28, 28])
    }
}
