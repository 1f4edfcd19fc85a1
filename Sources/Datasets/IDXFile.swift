import Files
import Foundation

/// An array in the IDX format of LeCun's MNIST page: a header of big-endian sizes, then the elements, big-endian too.
public struct IDXFile: Sendable, Equatable {
    /// The elements, last dimension fastest.
    public enum Elements: Sendable, Equatable {
        /// Unsigned bytes, type code 0x08.
        case bytes([UInt8])
        /// Signed 16-bit integers, type code 0x0B.
        case int16([Int16])
        /// Signed 32-bit integers, type code 0x0C.
        case int32([Int32])

        /// How many there are.
        public var count: Int {
            switch self {
            case .bytes(let values): values.count
            case .int16(let values): values.count
            case .int32(let values): values.count
            }
        }
    }

    /// The size of each dimension, such as `[60000, 28, 28]`.
    public let shape: [Int]

    /// The elements, as many as the product of ``shape``.
    public let elements: Elements

    /// Creates an array to be written.
    ///
    /// - Precondition: 1 to 255 dimensions, each of 32 bits, whose product is the number of elements.
    public init(shape: [Int], elements: Elements) {
        precondition(
            (1...255).contains(shape.count) && shape.allSatisfy { UInt32(exactly: $0) != nil },
            "IDXFile: expected 1 to 255 dimensions in 0...\(UInt32.max), got \(shape)")
        precondition(
            shape.checkedProduct == elements.count,
            "IDXFile: expected as many elements as the shape \(shape) has, got \(elements.count)")
        self.shape = shape
        self.elements = elements
    }

    /// Reads the file at `path`, plain or gzip, told apart by their first bytes.
    ///
    /// - Throws: `UserFacingError` that names `path` when it is missing, is not IDX, has another element type than
    ///   those of ``Elements``, is damaged, or holds fewer or more bytes than its header promises.
    public init(contentsOf path: String) throws {
        let data = try InputFile.map(path)
        let source: any ByteSource =
            Gzip.isCompressed(data) ? GzipReader(data, path: path) : PlainReader(data)
        self = try IDXDecoder(source: source, path: path).decode()
    }

    /// Writes the array to `path`, which then is whole or as it was.
    ///
    /// - Parameters:
    ///   - path: the file to write.
    ///   - compressed: whether as gzip.
    /// - Throws: `UserFacingError` that names `path` when it cannot be written.
    public func write(to path: String, compressed: Bool) throws {
        let typeCode: UInt8 =
            switch elements {
            case .bytes: 0x08
            case .int16: 0x0B
            case .int32: 0x0C
            }
        var data = Data([0, 0, typeCode, UInt8(shape.count)])
        for size in shape { data.append(bigEndian: UInt32(size)) }
        switch elements {
        case .bytes(let values): data.append(contentsOf: values)
        case .int16(let values): for value in values { data.append(bigEndian: value) }
        case .int32(let values): for value in values { data.append(bigEndian: value) }
        }
        try AtomicFile.write(compressed ? Gzip.compress(data) : data, to: path)
    }
}

extension Data {
    fileprivate mutating func append(bigEndian value: some FixedWidthInteger) {
        Swift.withUnsafeBytes(of: value.bigEndian) { append(contentsOf: $0) }
    }
}
