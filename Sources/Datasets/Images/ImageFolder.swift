import Files
import Foundation

/// Image files in one folder a class, as torchvision's `ImageFolder` reads them.
///
///     birds/robin/1.jpg           birds/train/robin/1.jpg
///     birds/robin/more/2.png      birds/test/robin/2.jpg
///     birds/wren/1.jpeg           birds/test/wren/1.jpg
///
/// Classes are sorted by name and numbered from 0, their files are sorted by path; both by Unicode scalars. Files in folders
/// below a class belong to it. Files are taken by their endings jpg, jpeg and png in any case; hidden files and folders
/// and other endings are passed over. Where the folder holds `train`, and `test`, `val`, `valid` or `validation`, these are the parts.
public struct ImageFolder: Sendable {
    /// The folder.
    public let path: String

    /// The endings of files that are taken, in lower case.
    public static let endings: Set<String> = ["jpg", "jpeg", "png"]

    private static let trainFolder = "train"
    private static let testFolders = ["test", "val", "valid", "validation"]
    private static let remedy = "put the images of each class into a folder with the class's name"

    /// Names a folder; ``load()`` looks into it.
    public init(_ path: String) {
        self.path = path
    }

    /// Lists classes and files; no image is opened.
    ///
    /// Parts have the same class numbers where they have the same classes; otherwise, as in the sets whose test classes are
    /// unseen in training, each numbers its own.
    ///
    /// - Throws: `UserFacingError` that names the folder when it is missing or unreadable, has no class, a class has no
    ///   image, or more than two folders could be the parts.
    public func load() throws -> ImageFileSplits {
        let name = URL(fileURLWithPath: path).lastPathComponent
        let names = try Self.folders(in: path)
        guard names.contains(Self.trainFolder), let test = names.first(where: { Self.testFolders.contains($0) }) else {
            return ImageFileSplits(train: try Self.dataset(path, name: name, classes: names), test: nil)
        }
        guard names.count == 2 else {
            throw UserFacingError(
                path, field: "parts",
                problem: "it holds \(names.joined(separator: ", ")), of which two can be the parts",
                remedy: "leave \(Self.trainFolder) and one to measure on, and move the others away")
        }
        let learnt = try Self.folders(in: "\(path)/\(Self.trainFolder)")
        let measured = try Self.folders(in: "\(path)/\(test)")
        return ImageFileSplits(
            train: try Self.dataset(
                "\(path)/\(Self.trainFolder)", name: "\(name)/\(Self.trainFolder)", classes: learnt),
            test: try Self.dataset(
                "\(path)/\(test)", name: "\(name)/\(test)", classes: measured,
                // A class that is not measured on keeps its number.
                numberedBy: Set(learnt).isSuperset(of: measured) ? learnt : measured))
    }

    /// The paths of all images in the folder and below it, sorted by the names on the way, whatever they show.
    ///
    /// - Throws: `UserFacingError` that names the folder when it is missing, unreadable or without an image.
    public func images() throws -> [String] {
        let files = try Self.images(below: path)
        guard !files.isEmpty else {
            throw UserFacingError(
                path, problem: "it holds no image that ends in \(Self.endings.sorted().joined(separator: ", "))",
                remedy: "name a folder of images")
        }
        return files
    }

    /// Whether images lie in the folder itself, not in folders of classes.
    ///
    /// - Throws: `UserFacingError` that names the folder when it is missing or unreadable.
    public func holdsLooseImages() throws -> Bool {
        try Self.entries(of: path).contains { Self.isImage($0) && !Self.isFolder("\(path)/\($0)") }
    }

    private static func dataset(
        _ folder: String, name: String, classes: [String], numberedBy names: [String]? = nil
    ) throws -> ImageFileDataset {
        let names = names ?? classes
        guard !classes.isEmpty else {
            let files = try entries(of: folder).filter { isImage($0) }.count
            throw UserFacingError(
                folder,
                problem: files > 0
                    ? "it holds \(files == 1 ? "1 image" : "\(files) images") but no folder of a class"
                    : "it holds no folder of a class",
                remedy: Self.remedy)
        }
        var samples: [ImageSample] = []
        for (label, className) in names.enumerated() where classes.contains(className) {
            let files = try images(below: "\(folder)/\(className)")
            guard !files.isEmpty else {
                throw UserFacingError(
                    folder, field: "class \(className)",
                    problem: "its folder holds no image that ends in \(endings.sorted().joined(separator: ", "))",
                    remedy: "put images there, or remove the folder")
            }
            samples += files.map { ImageSample(path: $0, label: Int64(label)) }
        }
        return ImageFileDataset(name: name, samples: samples, classNames: names, root: folder)
    }

    /// The names of the folders in a folder, sorted.
    private static func folders(in folder: String) throws -> [String] {
        try entries(of: folder).filter { isFolder("\(folder)/\($0)") }
    }

    /// The paths of the images below a folder, sorted by the names on the way.
    ///
    /// - Parameters:
    ///   - folder: where to look; folders below it are looked into.
    ///   - outer: the folders that it lies in, without links.
    /// - Throws: `UserFacingError` when a folder is missing, unreadable, or a link to one that it lies in.
    private static func images(below folder: String, within outer: [String] = []) throws -> [String] {
        let real = URL(fileURLWithPath: folder).resolvingSymlinksInPath().path
        guard !outer.contains(real) else {
            throw UserFacingError(
                folder, problem: "is a link to a folder that it lies in", remedy: "remove the link")
        }
        var files: [String] = []
        for name in try entries(of: folder) {
            let path = "\(folder)/\(name)"
            if isFolder(path) {
                files += try images(below: path, within: outer + [real])
            } else if isImage(name) {
                files.append(path)
            }
        }
        return files
    }

    /// Whether a file of this name is taken for an image.
    public static func isImage(_ name: String) -> Bool {
        endings.contains((name as NSString).pathExtension.lowercased())
    }

    private static func isFolder(_ path: String) -> Bool {
        var isFolder: ObjCBool = false
        return FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) && isFolder.boolValue
    }

    /// The names in a folder that are not hidden, sorted as their scalars are and so everywhere alike.
    private static func entries(of folder: String) throws -> [String] {
        guard FileManager.default.fileExists(atPath: folder) else {
            throw UserFacingError(folder, problem: "does not exist", remedy: "check the path")
        }
        guard isFolder(folder) else {
            throw UserFacingError(folder, problem: "is no folder", remedy: "name the folder that holds the classes")
        }
        guard let names = try? FileManager.default.contentsOfDirectory(atPath: folder) else {
            throw UserFacingError(folder, problem: "cannot be listed", remedy: "check its permissions with ls -ld")
        }
        return names.filter { !$0.hasPrefix(".") }
            .sorted { $0.unicodeScalars.lexicographicallyPrecedes($1.unicodeScalars) }
    }
}
