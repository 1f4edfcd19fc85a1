import Foundation

/// A published or drawn set that recipes can name.
public struct KnownDataset: Sendable, Codable, Equatable {
    /// The name in recipes.
    public let name: String

    /// Classes.
    public let classes: Int

    /// Images to learn from and to measure on, together.
    public let images: Int

    /// Rows and columns of an image.
    public let imageSize: Int

    /// Bytes to fetch; 0 for a set that is drawn.
    public let downloadSize: Int

    /// All of them.
    public static let all: [KnownDataset] =
        [KnownDataset("strokes", classes: 10, images: 12_000, imageSize: 28, downloadSize: 0)]
        + MNISTFamily.allCases.map { family in
            KnownDataset(
                family.rawValue, classes: family.classNames.count, images: 70_000, imageSize: MNISTFile.imageSize,
                downloadSize: family.downloadSize)
        }
        + CIFAR.allCases.map { set in
            KnownDataset(
                set.rawValue, classes: set == .cifar10 ? 10 : 100, images: 60_000, imageSize: CIFAR.imageSize,
                downloadSize: set == .cifar10 ? 170_052_171 : 168_513_733)
        }

    private init(_ name: String, classes: Int, images: Int, imageSize: Int, downloadSize: Int) {
        self.name = name
        self.classes = classes
        self.images = images
        self.imageSize = imageSize
        self.downloadSize = downloadSize
    }

    /// Whether its files are in `directory`, or in the folder of its name there; a drawn set is everywhere.
    public func isPresent(in directory: String) -> Bool {
        [directory, "\(directory)/\(name)"].contains { folder in
            if let family = MNISTFamily(rawValue: name) { return family.isPresent(in: folder) }
            if let set = CIFAR(rawValue: name) { return CIFARFiles.arePresent(set, in: folder) }
            return true
        }
    }
}

extension MNISTFamily {
    fileprivate func isPresent(in folder: String) -> Bool {
        MNISTFile.allCases.allSatisfy { $0.existing(in: URL(fileURLWithPath: folder)) != nil }
    }

    /// Bytes of the four files together.
    fileprivate var downloadSize: Int {
        switch self {
        case .mnist: 11_594_722
        case .fashionMNIST: 30_878_645
        case .kmnist: 21_240_888
        }
    }
}
