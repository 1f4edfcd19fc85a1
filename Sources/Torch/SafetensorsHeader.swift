import Files
import Foundation

/// The header of a safetensors file, read with every number checked, or made.
struct SafetensorsHeader {
    let metadata: [String: String]
    let entries: [String: SafetensorsFile.Entry]
    /// Where the header ends and the tensors begin.
    let end: Int

    /// The limit of the reference implementation; nothing honest comes near.
    private static let greatestLength = 100_000_000

    init(of bytes: Data, path: String) throws {
        func failure(_ field: String, _ problem: String) -> UserFacingError {
            UserFacingError(
                path, field: field, problem: problem, remedy: "the file is damaged or no safetensors file; get it again"
            )
        }
        guard bytes.count >= 8 else { throw failure("size", "\(bytes.count) bytes are too few for a safetensors file") }
        let length = bytes.prefix(8).reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
        guard length <= UInt64(Self.greatestLength) else {
            throw failure(
                "header length", "it says \(length), more than the \(Self.greatestLength) that the format allows")
        }
        guard Int(length) <= bytes.count - 8 else {
            throw failure("header length", "it says \(length), but only \(bytes.count - 8) bytes follow")
        }
        let end = 8 + Int(length)
        let text = bytes[bytes.startIndex + 8..<bytes.startIndex + end]
        guard text.first == UInt8(ascii: "{") else { throw failure("header", "it does not begin with {") }

        let content: Content
        do {
            content = try JSONDecoder().decode(Content.self, from: text)
        } catch let error as DecodingError {
            throw failure(Self.place(of: error), "the header is not as the format asks: \(Self.reason(of: error))")
        }
        var entries: [String: SafetensorsFile.Entry] = [:]
        for (name, raw) in content.tensors {
            entries[name] = try Self.checked(raw, room: bytes.count - end) { failure(name, $0) }
        }
        try Self.checkCoverage(entries, of: bytes.count - end) { failure($0, $1) }
        self.end = end
        self.entries = entries
        metadata = content.metadata
    }

    /// The bytes of a header: the length and the JSON, padded so that the tensors begin at a multiple of eight.
    ///
    /// - Parameters:
    ///   - tensors: in the order of their bytes.
    ///   - metadata: free text.
    ///   - byteCount: how long the header has to be at least; a multiple of eight.
    ///   - path: the file that it is for.
    /// - Throws: `UserFacingError` when it is longer than the format allows.
    static func encoded(
        _ tensors: [(name: String, dtype: DType, shape: [Int])], metadata: [String: String], byteCount: Int = 0,
        path: String
    ) throws -> Data {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        func json(_ value: some Encodable) throws -> String {
            String(decoding: try encoder.encode(value), as: UTF8.self)
        }
        var fields: [String] = metadata.isEmpty ? [] : ["\"__metadata__\":\(try json(metadata))"]
        var offset = 0
        for (name, dtype, shape) in tensors {
            let end = offset + shape.reduce(dtype.byteCount, *)
            fields.append(
                "\(try json(name)):{\"dtype\":\"\(Self.name(of: dtype))\",\"shape\":\(try json(shape)),\"data_offsets\":[\(offset),\(end)]}"
            )
            offset = end
        }
        var text = Data("{\(fields.joined(separator: ","))}".utf8)
        let padding = max((8 - text.count % 8) % 8, byteCount - 8 - text.count)
        text.append(contentsOf: repeatElement(UInt8(ascii: " "), count: padding))
        guard text.count <= greatestLength else {
            throw UserFacingError(
                path, field: "header",
                problem: "names and text need \(text.count) bytes, the format allows \(greatestLength)",
                remedy: "write .npy or .csv instead, or less in one file")
        }
        let length = (0..<8).map { UInt8(truncatingIfNeeded: text.count >> (8 * $0)) }
        return Data(length) + text
    }

    private static func checked(
        _ raw: RawEntry, room: Int, failure: (String) -> UserFacingError
    ) throws -> SafetensorsFile.Entry {
        guard let dtype = DType.allCases.first(where: { name(of: $0) == raw.dtype }) else {
            throw failure("the type \(raw.dtype) is not known")
        }
        guard raw.dataOffsets.count == 2, raw.dataOffsets[0] >= 0, raw.dataOffsets[0] <= raw.dataOffsets[1] else {
            throw failure("the byte range \(raw.dataOffsets) is none")
        }
        guard raw.dataOffsets[1] <= room else {
            throw failure("the byte range \(raw.dataOffsets) ends after the \(room) bytes that are there")
        }
        // Sizes are counted as if none were zero, since libtorch does so for the strides.
        var bytes = dtype.byteCount
        for size in raw.shape {
            let (product, overflow) = bytes.multipliedReportingOverflow(by: max(size, 1))
            guard size >= 0, !overflow else { throw failure("the shape \(raw.shape) is none") }
            bytes = product
        }
        if raw.shape.contains(0) { bytes = 0 }
        guard bytes == raw.dataOffsets[1] - raw.dataOffsets[0] else {
            throw failure("\(raw.shape) of \(raw.dtype) needs \(bytes) bytes, the range \(raw.dataOffsets) has others")
        }
        return SafetensorsFile.Entry(dtype: dtype, shape: raw.shape, range: raw.dataOffsets[0]..<raw.dataOffsets[1])
    }

    private static func checkCoverage(
        _ entries: [String: SafetensorsFile.Entry], of room: Int, failure: (String, String) -> UserFacingError
    ) throws {
        var covered = 0
        let inOrder = entries.sorted {
            ($0.value.range.lowerBound, $0.value.range.upperBound) < (
                $1.value.range.lowerBound, $1.value.range.upperBound
            )
        }
        for (name, entry) in inOrder {
            guard entry.range.lowerBound == covered else {
                let what = entry.range.lowerBound < covered ? "overlaps the one before" : "leaves a hole before it"
                throw failure(name, "its byte range \(entry.range) \(what)")
            }
            covered = entry.range.upperBound
        }
        guard covered == room else { throw failure("size", "the tensors end at byte \(covered) of \(room)") }
    }

    private static func name(of dtype: DType) -> String {
        switch dtype {
        case .uint8: "U8"
        case .int8: "I8"
        case .int16: "I16"
        case .int32: "I32"
        case .int64: "I64"
        case .float16: "F16"
        case .bfloat16: "BF16"
        case .float32: "F32"
        case .float64: "F64"
        case .bool: "BOOL"
        }
    }

    private static func context(of error: DecodingError) -> DecodingError.Context? {
        switch error {
        case .typeMismatch(_, let context), .valueNotFound(_, let context), .keyNotFound(_, let context),
            .dataCorrupted(let context):
            context
        @unknown default: nil
        }
    }

    private static func place(of error: DecodingError) -> String {
        let path = context(of: error)?.codingPath.map(\.stringValue) ?? []
        return path.isEmpty ? "header" : path.joined(separator: ".")
    }

    private static func reason(of error: DecodingError) -> String {
        context(of: error)?.debugDescription ?? "it cannot be read"
    }
}

/// The header's JSON as it stands in the file.
private struct Content: Decodable {
    var metadata: [String: String] = [:]
    var tensors: [String: RawEntry] = [:]

    init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: Name.self)
        for name in container.allKeys {
            if name.stringValue == "__metadata__" {
                metadata = try container.decode([String: String].self, forKey: name)
            } else {
                tensors[name.stringValue] = try container.decode(RawEntry.self, forKey: name)
            }
        }
    }

    private struct Name: CodingKey {
        let stringValue: String
        var intValue: Int? { nil }
        init?(stringValue: String) { self.stringValue = stringValue }
        init?(intValue: Int) { nil }
    }
}

private struct RawEntry: Decodable {
    let dtype: String
    let shape: [Int]
    let dataOffsets: [Int]

    enum CodingKeys: String, CodingKey {
        case dtype, shape
        case dataOffsets = "data_offsets"
    }
}
