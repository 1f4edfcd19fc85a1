/// What each pixel of a decoded image has; the raw value is C.
public enum ImageChannels: Int, Sendable {
    /// One byte of brightness: that of the file where it has one, otherwise 0.299 R + 0.587 G + 0.114 B.
    case grey = 1
    /// Red, green and blue, a byte each.
    case rgb = 3
}
