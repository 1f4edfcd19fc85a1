import Files
import Foundation

/// The sets of 60,000 colour photographs of 32 x 32 in their binary form. Krizhevsky, Learning Multiple Layers of Features
/// from Tiny Images, 2009.
///
/// A record is the label, for CIFAR-100 the coarse label before it, and 3,072 bytes: the red plane, then green and blue.
public enum CIFAR: String, CaseIterable, Sendable {
    /// 10 classes.
    case cifar10
    /// 100 classes, in 20 coarse ones.
    case cifar100

    /// Which label of CIFAR-100's two an image has.
    public enum Labels: Sendable {
        /// The class: 10 or 100 of them.
        case fine
        /// The group of five classes that belong together: 20 of them, in CIFAR-100 alone.
        case coarse
    }

    /// Rows and columns of an image.
    public static let imageSize = 32

    /// The files with the images to learn from.
    public var trainFiles: [String] {
        switch self {
        case .cifar10: (1...5).map { "data_batch_\($0).bin" }
        case .cifar100: ["train.bin"]
        }
    }

    /// The file with the images to measure on.
    public var testFile: String {
        switch self {
        case .cifar10: "test_batch.bin"
        case .cifar100: "test.bin"
        }
    }

    /// Reads the set in `directory`: the official archive, or the files in it, there or in the archive's own folder.
    ///
    /// The files come first where both are there. The sizes of the parts are those of the files, so that an excerpt loads
    /// as well. Class names are those of the set's own list, or, where that is missing, the labels' numbers.
    ///
    /// - Parameters:
    ///   - directory: the folder.
    ///   - labels: which labels the images get; CIFAR-10 has fine ones alone.
    /// - Throws: `UserFacingError` that names the folder and what is missing, or the file and what is wrong with it.
    /// - Precondition: coarse labels are asked of CIFAR-100.
    public func load(directory: String, labels: Labels = .fine) throws -> DatasetSplits {
        precondition(self == .cifar100 || labels == .fine, "CIFAR: expected fine labels for cifar10, got coarse")
        let files = try CIFARFiles(self, directory: directory)
        let classNames = try classNames(in: files, labels)
        return DatasetSplits(
            train: try dataset("train", trainFiles, in: files, labels, classNames),
            test: try dataset("test", [testFile], in: files, labels, classNames))
    }

    /// Labels before an image: CIFAR-100 has the coarse one first.
    private var labelCount: Int { self == .cifar10 ? 1 : 2 }

    private var remedy: String { "put the files of \(rawValue) there, or fetch them with --download" }

    private func classCount(_ labels: Labels) -> Int {
        switch (self, labels) {
        case (.cifar10, _): 10
        case (.cifar100, .fine): 100
        case (.cifar100, .coarse): 20
        }
    }

    private func classNames(in files: CIFARFiles, _ labels: Labels) throws -> [String] {
        let name =
            switch (self, labels) {
            case (.cifar10, _): "batches.meta.txt"
            case (.cifar100, .fine): "fine_label_names.txt"
            case (.cifar100, .coarse): "coarse_label_names.txt"
            }
        let count = classCount(labels)
        guard let (path, bytes) = try files.contents(of: name) else { return (0..<count).map(String.init) }
        let names = String(decoding: bytes, as: UTF8.self).split(whereSeparator: \.isNewline).map {
            $0.trimmingCharacters(in: .whitespaces)
        }.filter { !$0.isEmpty }
        guard names.count == count else {
            throw UserFacingError(
                path, field: "class names", problem: "expected \(count), got \(names.count)", remedy: remedy)
        }
        return names
    }

    private func dataset(
        _ part: String, _ names: [String], in files: CIFARFiles, _ labels: Labels, _ classNames: [String]
    ) throws -> ImageDataset {
        var (pixels, labelValues): ([UInt8], [Int64]) = ([], [])
        for name in names {
            guard let (path, bytes) = try files.contents(of: name) else { throw files.lacks([name]) }
            try append(bytes, path: path, labels, classNames.count, to: &pixels, &labelValues)
        }
        return try ImageDataset(
            name: "\(rawValue)/\(part)", channels: 3, height: Self.imageSize, width: Self.imageSize, pixels: pixels,
            labels: labelValues, classNames: classNames)
    }

    private func append(
        _ bytes: [UInt8], path: String, _ labels: Labels, _ classCount: Int, to pixels: inout [UInt8],
        _ labelValues: inout [Int64]
    ) throws {
        let planeSize = Self.imageSize * Self.imageSize
        let recordSize = labelCount + 3 * planeSize
        guard !bytes.isEmpty, bytes.count % recordSize == 0 else {
            throw UserFacingError(
                path, field: "size", problem: "expected records of \(recordSize) bytes, got \(bytes.count) bytes",
                remedy: remedy)
        }
        for (index, start) in stride(from: 0, to: bytes.count, by: recordSize).enumerated() {
            let label = bytes[start + (labels == .fine ? labelCount - 1 : 0)]
            guard label < classCount else {
                throw UserFacingError(
                    path, field: "label \(index)", problem: "expected 0 to \(classCount - 1), got \(label)",
                    remedy: remedy)
            }
            labelValues.append(Int64(label))
        }
        let before = pixels.count
        let count = bytes.count / recordSize
        pixels.append(contentsOf: repeatElement(0, count: count * 3 * planeSize))
        pixels.withUnsafeMutableBufferPointer { output in
            bytes.withUnsafeBufferPointer { input in
                for image in 0..<count {
                    let source = image * recordSize + labelCount
                    let target = before + image * 3 * planeSize
                    for place in 0..<planeSize {
                        for channel in 0..<3 {
                            output[target + 3 * place + channel] = input[source + channel * planeSize + place]
                        }
                    }
                }
            }
        }
    }
}
