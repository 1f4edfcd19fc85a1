import Files
import Randomness

extension ImageFileDataset {
    /// Parts the set into one to learn from and one to measure on, drawn at random from each class alike.
    ///
    /// Of a class of n images `share` n are held out, rounded, but at least one and never all; a class of one image has none
    /// to hold out. Both parts keep the order of the files.
    ///
    /// - Parameters:
    ///   - share: above 0 and below 1.
    ///   - seed: of the draws.
    /// - Throws: `UserFacingError` when no class has two images, so that there would be nothing to measure on.
    /// - Precondition: `share` is above 0 and below 1.
    public func holdingOut(_ share: Double, seed: UInt64) throws -> (train: ImageFileDataset, test: ImageFileDataset) {
        precondition(share > 0 && share < 1, "holdingOut: expected a share above 0 and below 1, got \(share)")
        var generator = SeededGenerator(seed: seed, path: Self.purpose)
        var isHeldOut = [Bool](repeating: false, count: count)
        let members = Dictionary(grouping: samples.indices) { samples[$0].label }
        for label in members.keys.sorted() {
            let positions = members[label] ?? []
            let number = min(positions.count - 1, max(1, Int((share * Double(positions.count)).rounded())))
            for place in generator.permutation(of: positions.count).prefix(number) {
                isHeldOut[positions[place]] = true
            }
        }
        guard isHeldOut.contains(true) else {
            throw UserFacingError(
                root, field: "classes", problem: "each has a single image, so that none can be held out to measure on",
                remedy: "give classes of two images or more")
        }
        func part(_ isTest: Bool) -> ImageFileDataset {
            ImageFileDataset(
                name: "\(name)/\(isTest ? "test" : "train")",
                samples: samples.indices.filter { isHeldOut[$0] == isTest }.map { samples[$0] }, classNames: classNames,
                root: root)
        }
        return (part(false), part(true))
    }

    /// Parts the classes into some to learn from and others to measure on, which are drawn at random; all images go with their class.
    ///
    /// Of C classes `share` C are measured on, rounded, but at least one and never all. Both parts keep the order of the classes and
    /// number theirs from 0.
    ///
    /// - Parameters:
    ///   - share: above 0 and below 1.
    ///   - seed: of the draws.
    /// - Throws: `UserFacingError` when there are fewer than two classes, or none of those drawn has two images, so that none could be
    ///   found by another.
    /// - Precondition: `share` is above 0 and below 1.
    public func holdingOutClasses(
        _ share: Double, seed: UInt64
    ) throws -> (train: ImageFileDataset, test: ImageFileDataset) {
        precondition(share > 0 && share < 1, "holdingOutClasses: expected a share above 0 and below 1, got \(share)")
        let classes = classNames.count
        guard classes > 1 else {
            throw UserFacingError(
                root, field: "classes", problem: "there is one, so that none can be left unseen",
                remedy: "give two classes or more")
        }
        let number = min(classes - 1, max(1, Int((share * Double(classes)).rounded())))
        var generator = SeededGenerator(seed: seed, path: Self.purpose)
        let unseen = Set(generator.permutation(of: classes).prefix(number))
        func part(_ isTest: Bool) -> ImageFileDataset {
            let kept = keeping(classes: (0..<classes).filter { unseen.contains($0) == isTest })
            return ImageFileDataset(
                name: "\(name)/\(isTest ? "test" : "train")", samples: kept.samples, classNames: kept.classNames,
                root: root)
        }
        let test = part(true)
        guard Dictionary(grouping: test.samples, by: \.label).values.contains(where: { $0.count > 1 }) else {
            throw UserFacingError(
                root, field: "classes", problem: "none of the \(number) that were drawn has two images",
                remedy: "leave more classes unseen, or give more images")
        }
        return (part(false), test)
    }

    // Keeps these draws apart from those of other parts that have the same seed.
    private static let purpose: UInt64 = 0x68_6F_6C_64
}
