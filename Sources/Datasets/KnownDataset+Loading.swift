import Foundation

extension KnownDataset {
    /// The set of that name; nil when there is none.
    ///
    /// - Parameter name: as recipes write it.
    public static func named(_ name: String) -> KnownDataset? { all.first { $0.name == name } }

    /// Reads the set's files; a drawn set is drawn as by default.
    ///
    /// - Parameters:
    ///   - path: the folder of the set's files, or one with a folder of the set's name in it.
    ///   - download: whether to fetch what is missing there.
    ///   - progress: told what is being fetched, how many bytes came and how many are expected.
    /// - Throws: `UserFacingError` that names the file at fault.
    public func load(
        from path: String, download: Bool = false,
        progress: @escaping @Sendable (_ file: String, _ received: Int, _ total: Int?) -> Void = { _, _, _ in }
    ) throws -> DatasetSplits {
        let own = "\(path)/\(name)"
        let folder = download || FileManager.default.fileExists(atPath: own) ? own : path
        if let family = MNISTFamily(rawValue: name) {
            if download { try family.download(to: folder, progress: progress) }
            return try family.load(directory: folder)
        }
        if let photographs = CIFAR(rawValue: name) {
            if download { try photographs.download(to: folder, progress: progress) }
            return try photographs.load(directory: folder)
        }
        return Strokes(classes: .digits, seed: 0).splits()
    }
}
