public import Datasets

/// What is learnt from and measured on.
public struct TrainingData: Sendable {
    /// What models are trained on.
    public let train: ImageSet
    /// What models are measured on, of the same classes or of others that are not learnt.
    public let test: ImageSet
    /// Pairs of images on which models are measured too.
    public let verification: [VerificationSet]
    /// Where they were read from, as it was named; nil for what was not read.
    public internal(set) var path: String?
    /// C of the images that reach the network.
    public let channels: Int
    /// H of the images that reach the network.
    public let height: Int
    /// W of the images that reach the network.
    public let width: Int

    /// Takes a set that is in memory.
    public init(_ splits: DatasetSplits) {
        train = .memory(splits.train)
        test = .memory(splits.test)
        verification = []
        channels = splits.train.channels
        height = splits.train.height
        width = splits.train.width
    }

    /// Takes files that become images of one size.
    public init(
        train: ImageFileDataset, test: ImageFileDataset, verification: [VerificationSet] = [], channels: Int,
        height: Int, width: Int
    ) {
        self.train = .files(train)
        self.test = .files(test)
        self.verification = verification
        self.channels = channels
        self.height = height
        self.width = width
    }

    /// What tells these images from all others. All their bytes are looked at, or of files their names and sizes.
    var fingerprints: [ImageFingerprint] {
        [train, test].map { ImageFingerprint(name: $0.name, digits: $0.fingerprint) }
    }

    /// What the classes that are learnt are called.
    public var classNames: [String] { train.classNames }

    /// The images of some classes alone, to learn from and to measure on.
    ///
    /// - Throws: `UserFacingError` when there is none.
    func keeping(classes: [Int]) throws -> TrainingData {
        TrainingData(
            train: try train.keeping(classes: classes), test: try test.keeping(classes: classes), channels: channels,
            height: height, width: width)
    }

    private init(train: ImageSet, test: ImageSet, channels: Int, height: Int, width: Int) {
        self.train = train
        self.test = test
        verification = []
        self.channels = channels
        self.height = height
        self.width = width
    }
}

/// What tells a set of images from all others.
struct ImageFingerprint {
    /// What the set is called.
    let name: String
    /// SHA-256, in hexadecimal digits.
    let digits: String
}
