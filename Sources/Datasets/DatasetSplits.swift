/// The two parts that a published set comes in.
public struct DatasetSplits: Sendable, Equatable {
    /// What models are trained on.
    public let train: ImageDataset

    /// What models are measured on.
    public let test: ImageDataset

    /// Joins the two parts of a set.
    ///
    /// - Precondition: both hold images of one size and the same classes.
    public init(train: ImageDataset, test: ImageDataset) {
        let shapes = [train, test].map { [$0.channels, $0.height, $0.width] }
        precondition(
            shapes[0] == shapes[1],
            "DatasetSplits: expected images [C, H, W] of one size, got \(shapes[0]) and \(shapes[1])")
        precondition(
            train.classNames == test.classNames,
            "DatasetSplits: expected the same classes, got \(train.classNames) and \(test.classNames)")
        self.train = train
        self.test = test
    }
}
