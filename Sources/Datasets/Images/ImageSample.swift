/// One image and what it shows.
public struct ImageSample: Sendable, Equatable {
    /// The path of the file that holds it.
    public let path: String

    /// Where in the file it is.
    public let place: ImagePlace

    /// The class, an index into the set's names.
    public let label: Int64

    /// What the image belongs to besides its class, such as a photograph's camera or session; nil where nothing is known.
    public let group: String?

    /// Describes one image.
    public init(path: String, place: ImagePlace = .whole, label: Int64, group: String? = nil) {
        self.path = path
        self.place = place
        self.label = label
        self.group = group
    }

    /// What messages call it: the file and, of one with several images, the byte at which it begins.
    public var name: String {
        switch place {
        case .whole: path
        case .bytes(let offset, _): "\(path): image at byte \(offset)"
        case .record(let offset): "\(path): record at byte \(offset)"
        }
    }

    /// The same image with another class.
    public func labelled(_ label: Int64) -> ImageSample {
        ImageSample(path: path, place: place, label: label, group: group)
    }
}
