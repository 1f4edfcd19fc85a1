import Datasets
import Files
import Foundation

/// Images that someone names by paths: an IDX file, a folder, a list, or image files.
///
/// - A folder with images in it gives these and all below it; one of folders gives an image's class too, as `ImageFolder`
///   reads it, both parts where it has `train` and `test`.
/// - A file that ends in `csv` is an `ImageManifest`, whose parts are joined; `ImageRecords` and an `ImagePack` are read too.
/// - Files that end in jpg, jpeg or png are images.
/// - Another file is an IDX file of images.
public struct ImageInput: Sendable {
    /// The images; where ``isLabelled`` is false, all have one class without meaning.
    public let images: ImageSet

    /// Whether each image's class is known.
    public let isLabelled: Bool

    /// The files' paths below the folder or the list's folder, or as they were named; nil for images of an IDX file. `[N]`.
    public let files: [String]?

    /// Looks at what `paths` name; image files are listed, not opened.
    ///
    /// - Throws: `UserFacingError` that names the path when it is missing, of an unknown kind or empty, or when several are
    ///   named of which one is neither an image nor a folder.
    public init(_ paths: [String]) throws {
        let paths = paths.map { $0.count > 1 && $0.hasSuffix("/") ? String($0.dropLast()) : $0 }
        let alone = paths.count == 1 ? paths.first : nil
        if let path = alone,
            path.lowercased().hasSuffix(".csv") || ImageRecords.isThere(path) || ImagePack.isThere(path)
        {
            let splits = try ImageCollection(of: path).load(path)
            self.init(splits.joined(name: splits.train.name, root: splits.train.root), isLabelled: true)
        } else if let path = alone, Self.isFolder(path), try !ImageFolder(path).holdsLooseImages() {
            let splits = try ImageFolder(path).load()
            self.init(
                splits.joined(name: URL(fileURLWithPath: path).lastPathComponent, root: path), isLabelled: true)
        } else if let path = alone, Self.isFolder(path) {
            self.init(Self.unlabelled(try ImageFolder(path).images(), named: path), isLabelled: false)
        } else if let path = alone, !ImageFolder.isImage(path) {
            self.init(images: .memory(try ImageDataset(unlabelled: IDXFile(contentsOf: path), path: path)))
        } else {
            let files = try paths.flatMap { try Self.images(at: $0) }
            self.init(Self.unlabelled(files, named: "\(paths.count) paths"), isLabelled: false)
        }
    }

    private init(images: ImageSet, isLabelled: Bool = false, files: [String]? = nil) {
        self.images = images
        self.isLabelled = isLabelled
        self.files = files
    }

    private init(_ set: ImageFileDataset, isLabelled: Bool) {
        let root = set.root.isEmpty || set.root.hasSuffix("/") ? set.root : set.root + "/"
        self.init(
            images: .files(set), isLabelled: isLabelled,
            files: set.samples.map { $0.name.hasPrefix(root) ? String($0.name.dropFirst(root.count)) : $0.name })
    }

    private static func unlabelled(_ files: [String], named name: String) -> ImageFileDataset {
        ImageFileDataset(
            name: name, samples: files.map { ImageSample(path: $0, label: 0) }, classNames: ["none"],
            root: isFolder(name) ? name : "")
    }

    private static func images(at path: String) throws -> [String] {
        if isFolder(path) { return try ImageFolder(path).images() }
        guard FileManager.default.fileExists(atPath: path) else {
            throw UserFacingError(path, problem: "does not exist", remedy: "check the path")
        }
        guard ImageFolder.isImage(path) else {
            throw UserFacingError(
                path,
                problem: "is no image: it does not end in \(ImageFolder.endings.sorted().joined(separator: ", "))",
                remedy: "name images and folders of them; a list or an IDX file comes alone")
        }
        return [path]
    }

    private static func isFolder(_ path: String) -> Bool {
        var isFolder: ObjCBool = false
        return FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) && isFolder.boolValue
    }
}

extension ImageDataset {
    /// The images of an IDX file of bytes `[N, H, W]` or `[N, H, W, C]`, all with the label 0.
    ///
    /// - Throws: `UserFacingError` when the file holds something else.
    fileprivate init(unlabelled file: IDXFile, path: String) throws {
        guard case .bytes(let pixels) = file.elements, file.shape.count == 3 || file.shape.count == 4 else {
            throw UserFacingError(
                path, field: "shape", problem: "is \(file.shape), expected bytes [N, H, W] or [N, H, W, C]",
                remedy: "name a file of images")
        }
        try self.init(
            name: path, channels: file.shape.count == 4 ? file.shape[3] : 1, height: file.shape[1],
            width: file.shape[2], pixels: pixels, labels: [Int64](repeating: 0, count: file.shape[0]),
            classNames: ["none"])
    }
}
