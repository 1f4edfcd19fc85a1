/// The type of a tensor's elements.
public enum DType: Int32, Sendable, CaseIterable, Codable {
    case uint8 = 0
    case int8 = 1
    case int16 = 2
    case int32 = 3
    case int64 = 4
    case float16 = 5
    case float32 = 6
    case float64 = 7
    case bool = 11
    case bfloat16 = 15

    /// The size of one element in bytes.
    public var byteCount: Int {
        switch self {
        case .uint8, .int8, .bool: 1
        case .int16, .float16, .bfloat16: 2
        case .int32, .float32: 4
        case .int64, .float64: 8
        }
    }

    /// Whether elements are floating-point numbers, and so may have gradients.
    public var isFloatingPoint: Bool {
        switch self {
        case .float16, .bfloat16, .float32, .float64: true
        default: false
        }
    }
}

/// A Swift type that a tensor's elements can be read into and made from.
public protocol TensorElement: BitwiseCopyable, Sendable {
    /// The element type of a tensor made of these.
    static var dtype: DType { get }

    /// A value to fill room with before a tensor's elements are copied over it.
    static var zero: Self { get }
}

extension Float: TensorElement {
    /// 32-bit floating point.
    public static var dtype: DType { .float32 }
}

extension Double: TensorElement {
    /// 64-bit floating point.
    public static var dtype: DType { .float64 }
}

extension Int64: TensorElement {
    /// 64-bit integers.
    public static var dtype: DType { .int64 }
}

extension Int: TensorElement {
    /// 64-bit integers.
    public static var dtype: DType { .int64 }
}

extension Int32: TensorElement {
    /// 32-bit integers.
    public static var dtype: DType { .int32 }
}

extension UInt8: TensorElement {
    /// Bytes.
    public static var dtype: DType { .uint8 }
}

extension Bool: TensorElement {
    /// Truth values.
    public static var dtype: DType { .bool }

    /// False.
    public static var zero: Bool { false }
}
