import Crypto
import Files
public import Foundation

/// The published checksum of a file, for telling a whole file from a broken or foreign one.
public enum Checksum: Sendable, Equatable, CustomStringConvertible {
    /// MD5, in 32 hexadecimal digits: what the older sets publish. It finds damage, not forgery.
    case md5(String)

    /// SHA-256, in 64 hexadecimal digits.
    case sha256(String)

    /// The kind and the digits, such as `md5 f68b3c2dcbeaaa9fbdd348bbdeb94873`.
    public var description: String {
        switch self {
        case .md5(let digits): "md5 \(digits)"
        case .sha256(let digits): "sha256 \(digits)"
        }
    }

    /// The checksum, of this one's kind, of the file at `path`.
    ///
    /// - Throws: `UserFacingError` that names `path` when it is missing or unreadable.
    public func computed(of path: String) throws -> Checksum {
        computed(over: try InputFile.map(path))
    }

    /// The checksum, of this one's kind, of `data`.
    public func computed(over data: Data) -> Checksum {
        switch self {
        case .md5: .md5(Insecure.MD5.hash(data: data).hexadecimal)
        case .sha256: .sha256(SHA256.hash(data: data).hexadecimal)
        }
    }
}

extension Digest {
    /// The digest in lower-case hexadecimal digits.
    var hexadecimal: String {
        let digits = Array("0123456789abcdef")
        return String(flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] })
    }
}
