public import Files
import Foundation

/// Image files of a set in few large ones: a folder with tar archives, the shards, and an index that says where in them each image
/// is, what it shows, and its checksum.
///
/// Images stay as they are, byte by byte, and `tar` takes them out again under their names. Each is read at its place, in any order, and
/// its checksum is compared whenever it is read.
public struct ImagePack: Sendable {
    /// The folder.
    public let path: String

    /// Names a folder; ``load()`` reads its index.
    public init(_ path: String) {
        self.path = path
    }

    /// Whether there is a pack at `path`.
    public static func isThere(_ path: String) -> Bool {
        FileManager.default.fileExists(atPath: "\(path)/\(PackIndex.name)")
    }

    /// Lists the images, as they were before they were packed.
    ///
    /// - Throws: `UserFacingError` that names the index when it is damaged, or a shard that is missing or of another size.
    public func load() throws -> ImageFileSplits {
        let (index, entries) = try PackIndex.read("\(path)/\(PackIndex.name)")
        for shard in index.shards {
            let file = try OpenFile("\(path)/\(shard.file)")
            guard file.size == shard.size else {
                throw UserFacingError(
                    file.path, problem: "has \(file.size) bytes, the index says \(shard.size)",
                    remedy: "copy the pack again, or pack the images anew")
            }
        }
        let paths = index.shards.map { "\(path)/\($0.file)" }
        var begin = 0
        let parts = try index.parts.map { part in
            defer { begin += part.count }
            let samples = try entries[begin..<begin + part.count].map { entry in
                guard paths.indices.contains(entry.shard), part.classNames.indices.contains(entry.label),
                    entry.group < index.groups.count
                else {
                    throw UserFacingError(
                        "\(path)/\(PackIndex.name)", field: entry.name,
                        problem: "names a shard, class or group that is not there",
                        remedy: "pack the images anew")
                }
                return ImageSample(
                    path: paths[entry.shard],
                    place: .packed(offset: entry.offset, count: entry.count, checksum: entry.checksum),
                    label: Int64(entry.label), group: entry.group < 0 ? nil : index.groups[entry.group],
                    ownName: entry.name)
            }
            return ImageFileDataset(name: part.name, samples: samples, classNames: part.classNames, root: "")
        }
        guard let train = parts.first, parts.count <= 2 else {
            throw UserFacingError(
                "\(path)/\(PackIndex.name)", field: "parts", problem: "are \(parts.count), expected one or two",
                remedy: "pack the images anew")
        }
        return ImageFileSplits(train: train, test: parts.count == 2 ? parts[1] : nil)
    }

    /// Packs a set.
    ///
    /// - Parameters:
    ///   - splits: the images; each is read once, and its header looked at.
    ///   - shardSize: how many bytes a shard may have, unless one image alone needs more.
    ///   - broken: called with the error of an image that cannot be used, which is then left out; it may throw to stop.
    ///   - progress: called after each image with how many are done.
    /// - Returns: how many images were packed.
    /// - Throws: `UserFacingError` when there is something at the path already or it cannot be written, and what the closures throw.
    ///   The folder is there only when all of it is.
    @discardableResult public func write(
        _ splits: ImageFileSplits, shardSize: Int = 1 << 30, broken: (UserFacingError) throws -> Void,
        progress: (_ done: Int) throws -> Void = { _ in }
    ) throws -> Int {
        precondition(shardSize > 0, "ImagePack.write(shardSize: \(shardSize)): expected more than 0")
        var count = 0
        try NewFolder.write(path) { folder in
            var packing = Packing(folder, shardSize: shardSize)
            var done = 0
            for (part, prefix) in zip(splits.parts, splits.test == nil ? [""] : ["train/", "test/"]) {
                for sample in part.samples {
                    do {
                        try packing.add(sample, of: part, prefix: prefix)
                    } catch let error as UserFacingError where packing.isUnharmed {
                        try broken(error)
                    }
                    done += 1
                    try progress(done)
                }
                try packing.endPart(part)
            }
            count = try packing.finish()
        }
        return count
    }
}

/// A pack that is being written.
private struct Packing {
    private let folder: NewFolder
    private let shardSize: Int
    private let decoder = ImageDecoder()
    private var buffer = FileBuffer()
    private var archive: TarArchive?
    private var shards: [PackIndex.Shard] = []
    private var parts: [PackIndex.Part] = []
    private var entries: [PackIndex.Entry] = []
    private var groups: [String] = []
    private var groupNumbers: [String: Int] = [:]
    private var partBegin = 0
    /// Whether the last error was the image's own, so that what is written is still right.
    private(set) var isUnharmed = true

    init(_ folder: NewFolder, shardSize: Int) {
        self.folder = folder
        self.shardSize = shardSize
    }

    mutating func add(_ sample: ImageSample, of part: ImageFileDataset, prefix: String) throws {
        isUnharmed = true
        var bytes: [UInt8] = []
        var format = ImageFormat.jpeg
        try buffer.withContents(of: sample.path, at: sample.place) { contents in
            format = try decoder.information(bytes: contents, named: sample.name).format
            bytes = Array(contents)
        }
        let name = prefix + ownName(of: sample, in: part, format)
        guard bytes.count <= Int(UInt32.max) else {
            throw UserFacingError(sample.name, problem: "has more than 4 GiB", remedy: "make the image smaller")
        }
        isUnharmed = false
        let space = TarArchive.space(nameLength: name.utf8.count, count: bytes.count)
        if let size = archive?.size, size > 0, size + space > shardSize { try endShard() }
        var archive = try self.archive ?? TarArchive(folder.writer(of: Self.file(shards.count)))
        let entry = try bytes.withUnsafeBytes { bytes in
            PackIndex.Entry(
                shard: shards.count, offset: try archive.append(bytes, name: name), count: bytes.count,
                checksum: CyclicRedundancyCheck.sum(bytes), label: Int(sample.label), group: number(of: sample.group),
                name: name)
        }
        self.archive = archive
        entries.append(entry)
        isUnharmed = true
    }

    mutating func endPart(_ part: ImageFileDataset) throws {
        guard entries.count > partBegin else {
            throw UserFacingError(
                part.name, problem: "holds no image that can be packed", remedy: "look at the skipped files")
        }
        parts.append(
            PackIndex.Part(name: part.name, count: entries.count - partBegin, classNames: part.classNames))
        partBegin = entries.count
    }

    mutating func finish() throws -> Int {
        try endShard()
        let index = PackIndex(shards: shards, parts: parts, groups: groups)
        try folder.write(try index.data(entries), to: PackIndex.name)
        return entries.count
    }

    private mutating func endShard() throws {
        guard var archive else { return }
        try archive.finish()
        shards.append(PackIndex.Shard(file: Self.file(shards.count), size: archive.size))
        self.archive = nil
    }

    private mutating func number(of group: String?) -> Int {
        guard let group else { return -1 }
        if let known = groupNumbers[group] { return known }
        groupNumbers[group] = groups.count
        groups.append(group)
        return groups.count - 1
    }

    /// Its path below the set's folder; of an image that has none, its class and number.
    private func ownName(of sample: ImageSample, in part: ImageFileDataset, _ format: ImageFormat) -> String {
        guard sample.place == .whole || sample.ownName != nil else {
            let ending = format == .jpeg ? "jpg" : "png"
            return "\(part.classNames[Int(sample.label)])/\(entries.count).\(ending)"
        }
        let root = part.root.isEmpty || part.root.hasSuffix("/") ? part.root : part.root + "/"
        let name = sample.name.hasPrefix(root) ? sample.name.dropFirst(root.count) : sample.name[...]
        return String(name.drop { $0 == "/" })
    }

    private static func file(_ shard: Int) -> String { String(format: "images-%05d.tar", shard) }
}
