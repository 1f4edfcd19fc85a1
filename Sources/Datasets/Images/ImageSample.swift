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

    /// What the image was called before it was packed into a file with others; nil where that is not known.
    public let ownName: String?

    /// Describes one image.
    public init(
        path: String, place: ImagePlace = .whole, label: Int64, group: String? = nil, ownName: String? = nil
    ) {
        self.path = path
        self.place = place
        self.label = label
        self.group = group
        self.ownName = ownName
    }

    /// What messages and tables call it: its own name, or the file and, of one with several images, the byte at which it begins.
    public var name: String {
        if let ownName { return ownName }
        return switch place {
        case .whole: path
        case .bytes(let offset, _), .packed(let offset, _, _): "\(path): image at byte \(offset)"
        case .record(let offset): "\(path): record at byte \(offset)"
        }
    }

    /// The same image with another class.
    public func labelled(_ label: Int64) -> ImageSample {
        ImageSample(path: path, place: place, label: label, group: group, ownName: ownName)
    }
}
