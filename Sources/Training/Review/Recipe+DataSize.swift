import Datasets

extension Recipe {
    /// How many classes the data have, and how many images to learn from, as is known without reading them.
    public var dataSize: (classes: Int, count: Int) {
        if let family = MNISTFamily(rawValue: data.set) { return (family.classNames.count, family.trainCount) }
        return ((data.characters ?? .digits).names.count, data.train ?? 10_000)
    }
}
