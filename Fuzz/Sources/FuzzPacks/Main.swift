import Datasets
import Foundation
import Fuzzing

/// Lists the images of a pack by its index, and reads each one's bytes at its place.
///
/// An input is the index's JSON, a zero byte, the length of its table in two bytes, the table with the names, and the shard.
/// What a chance would hardly find is put right: the magic, the JSON's length, the checksum, and the shard's size.
@main struct FuzzPacks {
    private static let greatestShard = 1 << 13

    static func main() {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("fuzz-packs-\(getpid())")
        fuzz { input in
            try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
            let json = Data(input.prefix { $0 != 0 })
            let rest = Array(input.dropFirst(json.count + 1))
            guard rest.count >= 2 else { return }
            let tableCount = min(Int(rest[0]) | Int(rest[1]) << 8, rest.count - 2)
            var index = Data("hypersphere pack 1\n".utf8) + bytes(of: UInt64(json.count)) + json
            index += rest[2..<2 + tableCount]
            index += bytes(of: checksum(of: index))
            try index.write(to: folder.appendingPathComponent("index.pack"))
            var shard = Data(rest[(2 + tableCount)...])
            let wanted = min(greatestShard, max(0, size(of: json)))
            shard = shard.prefix(wanted) + Data(count: max(0, wanted - shard.count))
            // Foundation loses the memory in which it reads an empty file, which would be reported.
            if shard.isEmpty { return }
            try shard.write(to: folder.appendingPathComponent("images-00000.tar"))
            let splits = try ImagePack(folder.path).load()
            let decoder = ImageDecoder(channels: .rgb, pixelLimit: 1 << 16)
            for set in [splits.train, splits.test].compactMap(\.self) {
                precondition(set.samples.allSatisfy { set.classNames.indices.contains(Int($0.label)) })
                for sample in set.samples { _ = try decoder.decode(sample) }
            }
        }
    }

    /// The size that the JSON tells of the first shard; 0 where it tells none.
    private static func size(of json: Data) -> Int {
        let index = try? JSONSerialization.jsonObject(with: json) as? [String: Any]
        return (index?["shards"] as? [[String: Any]])?.first?["size"] as? Int ?? 0
    }

    private static func bytes(of number: some FixedWidthInteger) -> Data {
        withUnsafeBytes(of: number.littleEndian) { Data($0) }
    }

    /// The CRC-32 of gzip and PNG.
    private static func checksum(of data: Data) -> UInt32 {
        ~data.reduce(~0) { sum, byte in
            (0..<8).reduce(sum ^ UInt32(byte)) { sum, _ in sum & 1 == 1 ? sum >> 1 ^ 0xEDB8_8320 : sum >> 1 }
        }
    }
}
