import Foundation

/// The four files of a set of MNIST's form.
enum MNISTFile: String, CaseIterable {
    case trainImages = "train-images"
    case trainLabels = "train-labels"
    case testImages = "t10k-images"
    case testLabels = "t10k-labels"

    static let imageSize = 28

    /// The name under which the mirrors hold it.
    var downloadName: String { "\(rawValue)-\(suffix).gz" }

    private var suffix: String {
        switch self {
        case .trainImages, .testImages: "idx3-ubyte"
        case .trainLabels, .testLabels: "idx1-ubyte"
        }
    }

    /// The path of the first spelling that is in `folder`.
    func existing(in folder: URL) -> String? {
        ["-\(suffix)", "-\(suffix).gz", ".\(suffix)", ".\(suffix).gz"]
            .map { folder.appendingPathComponent(rawValue + $0).path }
            .first { FileManager.default.fileExists(atPath: $0) }
    }
}
