/// One image file and what it shows.
public struct ImageSample: Sendable, Equatable {
    /// The file's path.
    public let path: String

    /// The class, an index into the set's names.
    public let label: Int64

    /// What the image belongs to besides its class, such as a photograph's camera or session; nil where nothing is known.
    public let group: String?

    /// Describes one image.
    public init(path: String, label: Int64, group: String? = nil) {
        self.path = path
        self.label = label
        self.group = group
    }
}
