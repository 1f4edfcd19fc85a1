/// The image files that models are trained on and, where the set has them apart, those that they are measured on.
public struct ImageFileSplits: Sendable, Equatable {
    /// What models are trained on.
    public let train: ImageFileDataset

    /// What models are measured on; nil where the set comes in one part. Its classes may be others than those of `train`.
    public let test: ImageFileDataset?

    /// Every part that there is.
    public var parts: [ImageFileDataset] { [train] + (test.map { [$0] } ?? []) }

    /// Joins the parts of a set.
    public init(train: ImageFileDataset, test: ImageFileDataset?) {
        self.train = train
        self.test = test
    }
}
