import Files
import Foundation

/// What a pack's index says: a line of JSON, then a fixed number of bytes for each image.
struct PackIndex: Codable {
    /// What an index begins with, so that nothing else is taken for one.
    static let magic = "hypersphere pack 1\n"
    static let name = "index.pack"

    /// One of the shards.
    struct Shard: Codable {
        let file: String
        let size: Int
    }

    /// What a part of the set is called, and how many images and which classes it has.
    struct Part: Codable {
        let name: String
        let count: Int
        let classNames: [String]
    }

    /// One image.
    struct Entry {
        let shard: Int
        let offset: Int
        let count: Int
        let checksum: UInt32
        let label: Int
        /// An index into ``groups``; -1 for none.
        let group: Int
        let name: String

        /// Bytes of an entry without its name.
        static let size = 32
    }

    let shards: [Shard]
    /// The parts, one after the other: to train on and, where there is one, to measure on.
    let parts: [Part]
    let groups: [String]

    private enum CodingKeys: String, CodingKey {
        case shards, parts, groups
    }

    /// The index as a file: the magic, the length of the JSON in 8 bytes, the JSON, and for each image its shard, its bytes' number and
    /// checksum, its label, its group and its name's length in 4 bytes each, its offset in 8; then the names, and the checksum of all
    /// that in 4.
    func data(_ entries: [Entry]) throws -> Data {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        let json = try encoder.encode(self)
        var data = Data(Self.magic.utf8)
        func append(_ value: some FixedWidthInteger) {
            withUnsafeBytes(of: value.littleEndian) { data.append(contentsOf: $0) }
        }
        append(UInt64(json.count))
        data.append(json)
        for entry in entries {
            append(UInt32(entry.shard))
            append(UInt32(entry.count))
            append(entry.checksum)
            append(UInt32(entry.label))
            append(Int32(entry.group))
            append(UInt32(entry.name.utf8.count))
            append(UInt64(entry.offset))
        }
        for entry in entries { data.append(contentsOf: entry.name.utf8) }
        append(data.withUnsafeBytes(CyclicRedundancyCheck.sum))
        return data
    }

    /// Reads an index.
    ///
    /// - Throws: `UserFacingError` that names `path` when it is no index, or not what was written.
    static func read(_ path: String) throws -> (index: PackIndex, entries: [Entry]) {
        let data = try InputFile.map(path)
        let damaged = UserFacingError(
            path, problem: "is damaged or no index of a pack", remedy: "copy the pack again, or pack the images anew")
        guard data.starts(with: Data(magic.utf8)), data.count >= magic.utf8.count + 12 else { throw damaged }
        return try data.withUnsafeBytes { bytes in
            func number<Number: FixedWidthInteger>(_ place: Int, _ type: Number.Type) -> Number {
                Number(littleEndian: bytes.loadUnaligned(fromByteOffset: place, as: Number.self))
            }
            let end = bytes.count - 4
            guard CyclicRedundancyCheck.sum(UnsafeRawBufferPointer(rebasing: bytes[..<end])) == number(end, UInt32.self)
            else {
                throw damaged
            }
            let begin = magic.utf8.count + 8
            guard let length = Int(exactly: number(begin - 8, UInt64.self)), length <= end - begin,
                let index = try? JSONDecoder().decode(PackIndex.self, from: Data(bytes[begin..<begin + length]))
            else { throw damaged }
            let room = (end - begin - length) / Entry.size
            var count = 0
            for part in index.parts {
                guard (0...(room - count)).contains(part.count) else { throw damaged }
                count += part.count
            }
            // A shard lies in the folder of its pack.
            guard index.shards.allSatisfy({ !$0.file.contains("/") && ![".", "..", ""].contains($0.file) }) else {
                throw damaged
            }
            var (place, names) = (begin + length, begin + length + count * Entry.size)
            var entries: [Entry] = []
            entries.reserveCapacity(count)
            for _ in 0..<count {
                let nameLength = Int(number(place + 20, UInt32.self))
                guard nameLength <= end - names, let offset = Int(exactly: number(place + 24, UInt64.self)) else {
                    throw damaged
                }
                entries.append(
                    Entry(
                        shard: Int(number(place, UInt32.self)), offset: offset,
                        count: Int(number(place + 4, UInt32.self)), checksum: number(place + 8, UInt32.self),
                        label: Int(number(place + 12, UInt32.self)), group: Int(number(place + 16, Int32.self)),
                        name: String(decoding: bytes[names..<names + nameLength], as: UTF8.self)))
                place += Entry.size
                names += nameLength
            }
            guard names == end else { throw damaged }
            return (index, entries)
        }
    }
}
