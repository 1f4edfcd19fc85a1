public import Foundation

/// Where the sets come from.
extension CIFAR {
    /// The folder on the web that holds the archives: the author's page.
    public static let mirror: URL = {
        let text = "https://www.cs.toronto.edu/~kriz/"
        guard let url = URL(string: text) else { preconditionFailure("CIFAR: \(text) is no address") }
        return url
    }()

    /// The official archive's name and the checksum that its author published.
    public var archive: (name: String, checksum: Checksum) {
        switch self {
        case .cifar10: ("cifar-10-binary.tar.gz", .md5("c32a1d4ab5d03f1284b67883e8d87530"))
        case .cifar100: ("cifar-100-binary.tar.gz", .md5("03b5dce01913d631647c71ecec9e9cb8"))
        }
    }

    /// The folder in the archive.
    var archiveFolder: String {
        switch self {
        case .cifar10: "cifar-10-batches-bin"
        case .cifar100: "cifar-100-binary"
        }
    }

    /// Fetches the archive into `directory`, unless it is there already; it need not be unpacked.
    ///
    /// - Parameters:
    ///   - directory: the folder to put it into.
    ///   - mirror: the folder on the web that holds it, instead of ``mirror``.
    ///   - progress: is told the file's name, the bytes that have arrived and how many there will be.
    /// - Throws: `UserFacingError` as ``Download/run(progress:)`` does.
    public func download(
        to directory: String, from mirror: URL = CIFAR.mirror,
        progress: @escaping @Sendable (_ name: String, _ received: Int, _ total: Int?) -> Void = { _, _, _ in }
    ) throws {
        let (name, checksum) = archive
        let path = URL(fileURLWithPath: directory).appendingPathComponent(name).path
        try Download(mirror.appendingPathComponent(name), to: path, checksum: checksum)
            .run { progress(name, $0, $1) }
    }
}
