public import Foundation

/// Where the sets come from.
extension MNISTFamily {
    /// The folder on the web that holds the four files.
    public var mirror: URL {
        switch self {
        case .mnist: Self.address("https://ossci-datasets.s3.amazonaws.com/mnist/")
        case .fashionMNIST: Self.address("http://fashion-mnist.s3-website.eu-central-1.amazonaws.com/")
        case .kmnist: Self.address("http://codh.rois.ac.jp/kmnist/dataset/kmnist/")
        }
    }

    /// The four files' names and the checksums that their authors published.
    public var files: [(name: String, checksum: Checksum)] {
        let digests =
            switch self {
            case .mnist:
                [
                    "f68b3c2dcbeaaa9fbdd348bbdeb94873", "d53e105ee54ea40749a09fcbcd1e9432",
                    "9fb629c4189551a2d022fa330f9573f3", "ec29112dd5afa0611ce80d1b7f02629c",
                ]
            case .fashionMNIST:
                [
                    "8d4fb7e6c68d591d4c3dfef9ec88bf0d", "25c81989df183df01b3e8a0aad5dffbe",
                    "bef4ecab320f06d8554ea6380940ec79", "bb300cfdad3c16e7a12a480ee83cd310",
                ]
            case .kmnist:
                [
                    "bdb82020997e1d708af4cf47b453dcf7", "e144d726b3acfaa3e44228e80efcd344",
                    "5c965bf0a639b31b8f53240b1b52f4d7", "7320c461ea6c1c855c0b718fb2a4b134",
                ]
            }
        return zip(MNISTFile.allCases, digests).map { ($0.downloadName, .md5($1)) }
    }

    /// Fetches those of the four files that `directory` does not have yet, one after the other.
    ///
    /// - Parameters:
    ///   - directory: the folder to put them into.
    ///   - mirror: the folder on the web that holds them, instead of ``mirror``.
    ///   - progress: is told the file's name, the bytes that have arrived and how many there will be.
    /// - Throws: `UserFacingError` as ``Download/run(progress:)`` does.
    public func download(
        to directory: String, from mirror: URL? = nil,
        progress: @escaping @Sendable (_ name: String, _ received: Int, _ total: Int?) -> Void = { _, _, _ in }
    ) throws {
        for (name, checksum) in files {
            let path = URL(fileURLWithPath: directory).appendingPathComponent(name).path
            let download = Download((mirror ?? self.mirror).appendingPathComponent(name), to: path, checksum: checksum)
            try download.run { progress(name, $0, $1) }
        }
    }

    private static func address(_ text: String) -> URL {
        guard let url = URL(string: text) else { preconditionFailure("MNISTFamily: \(text) is no address") }
        return url
    }
}
