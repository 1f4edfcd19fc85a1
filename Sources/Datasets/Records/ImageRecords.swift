import Files
import Foundation

/// Images in a RecordIO file with its index beside it, as face networks are trained on: `train.rec`, `train.idx` and, where
/// there is one, `property`.
///
/// Both forms are read. In insightface's, the record of key 0 holds no image but two numbers: images have the keys from 1
/// below the first, and identities those from the first below the second, each a record with the range of its images' keys. In
/// the plain form each record is an image. Nothing is unpacked: an image is read at its place in the file when it is needed.
///
/// All these numbers are stored in 32-bit floating point, which tells whole numbers apart up to 2^24. A set of more images has
/// each image's own label read instead of the ranges.
public struct ImageRecords: Sendable {
    /// The RecordIO file.
    public let path: String

    private static let ending = "rec"
    private static let usualName = "train.rec"
    private static let propertyName = "property"
    // Above it, float32 has not every whole number.
    private static let greatestExact = 1 << 24

    /// Names a RecordIO file, or a folder that holds `train.rec`; ``load()`` reads it.
    public init(_ path: String) {
        self.path = path.lowercased().hasSuffix(".\(Self.ending)") ? path : "\(path)/\(Self.usualName)"
    }

    /// Whether `path` names a RecordIO file, or a folder with one of the usual name.
    public static func isThere(_ path: String) -> Bool {
        path.lowercased().hasSuffix(".\(ending)") || FileManager.default.fileExists(atPath: "\(path)/\(usualName)")
    }

    /// Lists the images; the headers of identities are read, or where there are none those of all records.
    ///
    /// - Throws: `UserFacingError` that names the file, and the line or byte: it is missing or cut short, the index does not fit
    ///   it, an identity has no image, a label is no whole number from 0, or `property` tells another number of classes.
    public func load() throws -> ImageFileDataset {
        let stem = (path as NSString).deletingPathExtension
        let file = try OpenFile(path)
        let index = try RecordIndex(contentsOf: "\(stem).idx")
        if let last = index.offsets.max(), last >= file.size {
            throw UserFacingError(
                path, problem: "has \(file.size) bytes, and \(stem).idx says that a record begins at byte \(last)",
                remedy: "get both files again; one is cut short or of another set")
        }
        let first = try Record(in: file, at: index.offset(of: 0) ?? index.offsets[0], headerOnly: true)
        let samples =
            index.keys[0] == 0 && first.labels.count > 1
            ? try images(first.labels, index, file)
            : try index.offsets.map { try image(Record(in: file, at: $0, headerOnly: true), $0) }
        let count = Int((samples.map(\.label).max() ?? -1) + 1)
        try checkProperty(classes: count)
        return ImageFileDataset(
            name: (stem as NSString).lastPathComponent, samples: samples, classNames: (0..<count).map { "\($0)" },
            root: (path as NSString).deletingLastPathComponent)
    }

    private func flaw(_ offset: Int, _ problem: String) -> UserFacingError {
        UserFacingError(
            path, field: "record at byte \(offset)", problem: problem, remedy: "get the file and its index again")
    }

    private func image(_ record: Record, _ offset: Int) throws -> ImageSample {
        ImageSample(path: path, place: .record(offset: offset), label: try label(record, offset))
    }

    /// The images of a file whose first record tells the keys of identities.
    private func images(_ bounds: [Float], _ index: RecordIndex, _ file: OpenFile) throws -> [ImageSample] {
        guard let begin = Int(exactly: bounds[0]), let end = Int(exactly: bounds[1]), begin >= 1, end > begin else {
            throw flaw(index.offsets[0], "says that identities have the keys from \(bounds[0]) below \(bounds[1])")
        }
        guard end > Self.greatestExact else { return try identities(begin..<end, index, file) }
        var samples: [ImageSample] = []
        for (key, offset) in zip(index.keys, index.offsets).dropFirst() where key < end {
            let record = try Record(in: file, at: offset, headerOnly: true)
            // The border may have been rounded; identities have no image behind their two labels.
            if record.isBare { break }
            samples.append(try image(record, offset))
        }
        return samples
    }

    private func identities(_ keys: Range<Int>, _ index: RecordIndex, _ file: OpenFile) throws -> [ImageSample] {
        let begin = keys.lowerBound
        var samples: [ImageSample] = []
        for key in keys {
            guard let offset = index.offset(of: key) else {
                throw flaw(index.offsets[0], "says that there is an identity of key \(key), which the index lacks")
            }
            let record = try Record(in: file, at: offset, headerOnly: true)
            guard record.labels.count == 2, let first = Int(exactly: record.labels[0]),
                let last = Int(exactly: record.labels[1]), first >= 1, last <= begin
            else {
                throw flaw(
                    offset, "is the identity of key \(key), and its images are not among the keys 1 to \(begin - 1)")
            }
            guard first < last else { throw flaw(offset, "is the identity of key \(key), which has no image") }
            guard samples.count + last - first < begin else {
                throw flaw(offset, "is the identity of key \(key), and has images of another identity")
            }
            var own: Int64?
            for image in first..<last {
                guard let place = index.offset(of: image) else {
                    throw flaw(offset, "names the image of key \(image), which the index lacks")
                }
                // All images of an identity have its label; reading one of them saves a walk through the whole file.
                let known = try own ?? label(Record(in: file, at: place, headerOnly: true), place)
                own = known
                samples.append(ImageSample(path: path, place: .record(offset: place), label: known))
            }
        }
        return samples
    }

    private func label(_ record: Record, _ offset: Int) throws -> Int64 {
        guard let value = record.labels.first, let label = Int64(exactly: value),
            (0..<Int64(Self.greatestExact)).contains(label)
        else {
            throw flaw(
                offset,
                "has the label \(record.labels.first.map { "\($0)" } ?? "none"), expected a whole number from 0 below 2^24"
            )
        }
        return label
    }

    /// `property` holds the number of classes and the images' sides, with commas between.
    private func checkProperty(classes: Int) throws {
        let property = URL(fileURLWithPath: path).deletingLastPathComponent()
            .appendingPathComponent(Self.propertyName).relativePath
        guard FileManager.default.fileExists(atPath: property) else { return }
        let text = try InputFile.text(property)
        guard let told = text.split(separator: ",").first.flatMap({ Int($0.trimmingCharacters(in: .whitespaces)) })
        else {
            throw UserFacingError(
                property, problem: "does not begin with the number of classes",
                remedy: "write it as 85742,112,112, or remove the file")
        }
        guard told == classes else {
            throw UserFacingError(
                property, field: "classes", problem: "are \(told), and the records have labels up to \(classes - 1)",
                remedy: "get the files again; one is of another set")
        }
    }
}
