/// A named set of labelled image files, which are read when they are needed.
public struct ImageFileDataset: Sendable, Equatable {
    /// What the set is called; it stands in messages and reports.
    public let name: String

    /// The images, `[N]`.
    public let samples: [ImageSample]

    /// What each class is called.
    public let classNames: [String]

    /// The folder below which the files lie.
    public let root: String

    /// Images in the set, N.
    public var count: Int { samples.count }

    /// Joins images and the names of their classes.
    ///
    /// - Precondition: each label is in `0..<classNames.count`.
    public init(name: String, samples: [ImageSample], classNames: [String], root: String) {
        let wrong = samples.first { !classNames.indices.contains(Int($0.label)) }
        precondition(
            wrong == nil,
            "ImageFileDataset: expected labels in 0..<\(classNames.count), got \(wrong?.label ?? 0) of \(wrong?.path ?? "")"
        )
        self.name = name
        self.samples = samples
        self.classNames = classNames
        self.root = root
    }
}
