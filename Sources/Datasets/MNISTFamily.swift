import Files
import Foundation

/// The sets of 70,000 grey images of 28 x 28 in 10 classes that come as the four files of MNIST.
public enum MNISTFamily: String, CaseIterable, Sendable {
    /// Handwritten digits. LeCun, Bottou, Bengio and Haffner, 1998.
    case mnist
    /// Photographs of garments. Xiao, Rasul and Vollgraf, 2017.
    case fashionMNIST = "fashion-mnist"
    /// Handwritten characters of classical Japanese. Clanuwat et al., 2018.
    case kmnist

    /// How many images each of the sets has to learn from, where it is whole.
    public var trainCount: Int { 60_000 }

    /// What the classes are called, in the order of their labels.
    public var classNames: [String] {
        switch self {
        case .mnist: (0...9).map(String.init)
        case .fashionMNIST:
            [
                "T-shirt/top", "Trouser", "Pullover", "Dress", "Coat", "Sandal", "Shirt", "Sneaker", "Bag",
                "Ankle boot",
            ]
        case .kmnist: ["o", "ki", "su", "tsu", "na", "ha", "ma", "ya", "re", "wo"]
        }
    }

    /// Reads the four files in `directory`.
    ///
    /// Each may be plain or gzip and is looked for as `train-images-idx3-ubyte` and `train-images.idx3-ubyte`, without and
    /// with `.gz`, in this order. The sizes of the parts are those of the files, so that an excerpt loads as well.
    ///
    /// - Throws: `UserFacingError` that names the folder and what is missing, or the file and the field that is wrong.
    public func load(directory: String) throws -> DatasetSplits {
        let folder = URL(fileURLWithPath: directory)
        let found = MNISTFile.allCases.map { $0.existing(in: folder) }
        let missing = zip(MNISTFile.allCases, found).filter { $1 == nil }.map(\.0.downloadName)
        guard missing.isEmpty else {
            throw UserFacingError(
                directory, field: rawValue, problem: "it lacks \(missing.joined(separator: ", "))",
                remedy: "fetch them with --download, or put the four files there")
        }
        let paths = found.compactMap(\.self)
        try checkFamily(testLabels: paths[3])
        return DatasetSplits(
            train: try load(name: "\(rawValue)/train", images: paths[0], labels: paths[1]),
            test: try load(name: "\(rawValue)/test", images: paths[2], labels: paths[3]))
    }

    /// The sets' files have the same names and sizes; as they are fetched they are told by their checksums.
    private func checkFamily(testLabels path: String) throws {
        guard path.hasSuffix(".gz") else { return }
        for other in Self.allCases where other != self {
            let published = other.files[3].checksum
            if try published.computed(of: path) == published {
                throw UserFacingError(
                    path, problem: "is a file of \(other.rawValue), not of \(rawValue)",
                    remedy: "name the folder of \(rawValue), or one with a folder \(rawValue) in it")
            }
        }
    }

    private func load(name: String, images: String, labels: String) throws -> ImageDataset {
        let (labelShape, labelBytes) = try bytes(of: labels, rank: 1)
        let (imageShape, pixels) = try bytes(of: images, rank: 3)
        let size = MNISTFile.imageSize
        guard imageShape[1...] == [size, size] else {
            throw UserFacingError(
                images, field: "image size",
                problem: "expected \(size) x \(size), got \(imageShape[1]) x \(imageShape[2])",
                remedy: "put the files of \(rawValue) there")
        }
        guard imageShape[0] == labelShape[0] else {
            throw UserFacingError(
                labels, field: "label count",
                problem: "expected \(imageShape[0]) as there are images, got \(labelShape[0])",
                remedy: "put images and labels of the same part there")
        }
        if let wrong = labelBytes.firstIndex(where: { $0 >= classNames.count }) {
            throw UserFacingError(
                labels, field: "label \(wrong)",
                problem: "expected 0 to \(classNames.count - 1), got \(labelBytes[wrong])",
                remedy: "put the files of \(rawValue) there")
        }
        return try ImageDataset(
            name: name, channels: 1, height: size, width: size, pixels: pixels, labels: labelBytes.map { Int64($0) },
            classNames: classNames)
    }

    private func bytes(of path: String, rank: Int) throws -> (shape: [Int], bytes: [UInt8]) {
        let file = try IDXFile(contentsOf: path)
        guard file.shape.count == rank else {
            throw UserFacingError(
                path, field: "dimension count", problem: "expected \(rank), got \(file.shape.count)",
                remedy: "check that images and labels are not exchanged")
        }
        guard case .bytes(let bytes) = file.elements else {
            throw UserFacingError(
                path, field: "element type", problem: "expected 8 (bytes), got wider integers",
                remedy: "put the files of \(rawValue) there")
        }
        guard file.shape[0] > 0 else {
            throw UserFacingError(
                path, field: "count", problem: "expected at least 1, got 0",
                remedy: "put the files of \(rawValue) there")
        }
        return (file.shape, bytes)
    }
}
