/// How the four dimensions of an image tensor `[N, C, H, W]` lie in memory; the shape is the same in either.
public enum MemoryFormat: String, Sendable, CaseIterable, Codable, CustomStringConvertible {
    /// Row-major in the order of the dimensions.
    case contiguous

    /// The channels of a pixel side by side, which convolutions on every device prefer.
    case channelsLast

    /// The name in words.
    public var description: String {
        switch self {
        case .contiguous: "contiguous"
        case .channelsLast: "channels last"
        }
    }

    /// libtorch's number of the format.
    var code: Int32 {
        switch self {
        case .contiguous: 0
        case .channelsLast: 2
        }
    }
}
