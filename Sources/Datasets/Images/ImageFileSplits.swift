/// The image files that models are trained on and, where the set has them apart, those that they are measured on.
public struct ImageFileSplits: Sendable, Equatable {
    /// What models are trained on.
    public let train: ImageFileDataset

    /// What models are measured on; nil where the set comes in one part. Its classes may be others than those of `train`.
    public let test: ImageFileDataset?

    /// Every part that there is.
    public var parts: [ImageFileDataset] { [train] + (test.map { [$0] } ?? []) }

    /// All parts as one set, with the classes of all, sorted by name.
    ///
    /// - Parameters:
    ///   - name: what the set is called.
    ///   - root: the folder below which the files lie.
    public func joined(name: String, root: String) -> ImageFileDataset {
        let classNames = Set(parts.flatMap(\.classNames))
            .sorted { $0.unicodeScalars.lexicographicallyPrecedes($1.unicodeScalars) }
        let labels = Dictionary(uniqueKeysWithValues: classNames.enumerated().map { ($1, Int64($0)) })
        let samples = parts.flatMap { part in
            part.samples.map { $0.labelled(labels[part.classNames[Int($0.label)]] ?? 0) }
        }
        return ImageFileDataset(name: name, samples: samples, classNames: classNames, root: root)
    }

    /// Joins the parts of a set.
    public init(train: ImageFileDataset, test: ImageFileDataset?) {
        self.train = train
        self.test = test
    }
}
