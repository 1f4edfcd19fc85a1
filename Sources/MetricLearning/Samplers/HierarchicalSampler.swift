import Files
import Randomness

/// Batches of a few groups of classes, so that an anchor's negatives are hard ones: other models of the same make.
///
/// Every batch has `groups` different groups, `classesPerGroup` different classes of each and `perClass` samples of each class, and every
/// sample is in at least one batch of every epoch. Where a class, a group or the set does not divide evenly, some samples
/// are shown again, as in ``PerClassSampler``. Ge et al., "Deep Metric Learning with Hierarchical Triplet Loss", ECCV 2018, gave the thought.
public struct HierarchicalSampler: BatchSampler {
    private let classes: ClassIndex
    // The classes of each group, as indices into `classes`.
    private let members: [[Int]]
    private let groups: Int
    private let classesPerGroup: Int
    private let perClass: Int

    /// Creates the sampler.
    ///
    /// - Parameters:
    ///   - labels: the label of each sample.
    ///   - groupOfLabel: the group of each label.
    ///   - groups: in a batch.
    ///   - classesPerGroup: of each group in a batch.
    ///   - perClass: samples of each class in a batch.
    /// - Throws: `UserFacingError` when a number is not positive, a label has no group, there are too few groups, or a group has
    ///   too few classes.
    public init(
        labels: [Int], groupOfLabel: [Int: Int], groups: Int, classesPerGroup: Int, perClass: Int
    ) throws {
        let name = "hierarchical sampler"
        for (field, value) in [("groups", groups), ("classesPerGroup", classesPerGroup), ("perClass", perClass)]
        where value <= 0 {
            throw UserFacingError(
                name, field: field,
                problem: "\(value) is not positive",
                remedy: "choose 1 or more")
        }
        let classes = ClassIndex(labels)
        let byGroup = try Dictionary(grouping: classes.labels.indices) { index in
            guard let group = groupOfLabel[classes.labels[index]] else {
                throw UserFacingError(
                    name, field: "groupOfLabel",
                    problem: "label \(classes.labels[index]) has no group",
                    remedy: "give every label a group")
            }
            return group
        }
        guard byGroup.count >= groups else {
            throw UserFacingError(
                name, field: "groups",
                problem: "\(groups) are wanted, the data has \(byGroup.count)",
                remedy: "choose fewer")
        }
        let ordered = byGroup.sorted { $0.key < $1.key }
        if let small = ordered.first(where: { $0.value.count < classesPerGroup }) {
            throw UserFacingError(
                name, field: "classesPerGroup",
                problem: "\(classesPerGroup) are wanted, group \(small.key) has \(small.value.count) classes",
                remedy: "choose fewer")
        }
        self.classes = classes
        members = ordered.map(\.value)
        self.groups = groups
        self.classesPerGroup = classesPerGroup
        self.perClass = perClass
    }

    /// The batches of an epoch; classes of a group, and samples of a class, stand together.
    public func batches(seed: UInt64, epoch: Int) -> [[Int]] {
        var generator = SeededGenerator(seed: seed, path: Self.purpose, UInt64(epoch))
        let parts = members.map { group(of: $0, using: &generator) }
        return DistinctGroups.packed(parts, size: groups, using: &generator) { index, generator in
            let order = generator.permutation(of: members[index].count).prefix(classesPerGroup)
            return order.flatMap { chunk(members[index][$0], &generator) }
        }.map { $0.flatMap { $0 } }
    }

    /// Every sample of a group, in parts of several classes.
    private func group(of kinds: [Int], using generator: inout SeededGenerator) -> [[Int]] {
        let chunks = kinds.map { classes.chunks(of: perClass, inClass: $0, using: &generator) }
        return DistinctGroups.packed(chunks, size: classesPerGroup, using: &generator) { index, generator in
            chunk(kinds[index], &generator)
        }.map { $0.flatMap { $0 } }
    }

    private func chunk(_ kind: Int, _ generator: inout SeededGenerator) -> [Int] {
        classes.chunks(of: perClass, inClass: kind, using: &generator)[0]
    }

    // Keeps these draws apart from those of other parts that have the same seed.
    private static let purpose: UInt64 = 0x6869_6572_6172
}
