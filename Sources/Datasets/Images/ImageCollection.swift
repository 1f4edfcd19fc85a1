import Foundation

/// How labelled images that are read when needed come.
public enum ImageCollection: String, CaseIterable, Sendable {
    /// An ``ImageFolder``: a folder for each class.
    case folder
    /// An ``ImageManifest``: a CSV file that lists images.
    case csv
    /// ``ImageRecords``: a RecordIO file and its index.
    case records
    /// An ``ImagePack``: a folder of shards and their index.
    case pack

    /// How what lies at `path` comes: files that end in rec and folders that hold `train.rec` are records, folders with an index are packs,
    /// other folders hold classes, other files are lists.
    public init(of path: String) {
        var isFolder: ObjCBool = false
        let isThere = FileManager.default.fileExists(atPath: path, isDirectory: &isFolder)
        self =
            ImageRecords.isThere(path)
            ? .records : ImagePack.isThere(path) ? .pack : isThere && !isFolder.boolValue ? .csv : .folder
    }

    /// Lists the images at `path`; none is decoded.
    ///
    /// - Throws: `UserFacingError` that names the file or folder and the part at fault.
    public func load(_ path: String) throws -> ImageFileSplits {
        switch self {
        case .folder: try ImageFolder(path).load()
        case .csv: try ImageManifest(path).load()
        case .records: ImageFileSplits(train: try ImageRecords(path).load(), test: nil)
        case .pack: try ImagePack(path).load()
        }
    }
}
