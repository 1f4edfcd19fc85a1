/// How the four dimensions of an image tensor `[N, C, H, W]` lie in memory; the shape is the same in either.
public enum MemoryFormat: Int32, Sendable, Codable {
    /// Row-major in the order of the dimensions.
    case contiguous = 0

    /// Like the source where that is dense.
    case preserve = 1

    /// The channels of a pixel side by side, which convolutions on every device prefer.
    case channelsLast = 2
}
